// Runs the delivery of webhooks in the process of the control plane, and lends its sender to those who try one out.
import { Injectable, Optional } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { EventLog, WebhookDispatcher, WebhookSender } from '#events';
import { consumerData, GovernanceData, type Background } from '#governance';

@Injectable()
export class Webhooks implements Background {
  readonly sender: WebhookSender;
  private readonly dispatcher: WebhookDispatcher;

  constructor(config: Config, database: Database, log: EventLog, @Optional() private readonly data?: GovernanceData) {
    this.sender = new WebhookSender(config.webhookNetworks);
    this.dispatcher = new WebhookDispatcher({
      database, log, sender: this.sender, secret: config.THROUGHLINE_SECRET, publicUrl: config.publicUrl,
      scopesOf: (consumer) => this.scopesOf(consumer),
    });
  }

  async start(): Promise<void> {
    this.dispatcher.start();
  }

  async stop(): Promise<void> {
    await this.dispatcher.stop();
    await this.sender.close();
  }

  /** A consumer that is suspended or closed gets nothing; one we do not keep, what it was let see at first. */
  private scopesOf(consumer: string): ReadonlySet<string> | undefined {
    const known = this.data?.of(consumerData).consumers.get(consumer);
    return known === undefined || known.state === 'active' ? known?.scopes : new Set();
  }
}

// Every environment variable Throughline reads, in one validated and documented class: nothing else
// touches process.env, so this file is the whole reference of what an operator can set.
import 'reflect-metadata';
import { plainToInstance, Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, MinLength, validateSync } from 'class-validator';

const list = (value: unknown) =>
  String(value ?? '').split(',').map((entry) => entry.trim()).filter((entry) => entry !== '');

type VendorSetting = 'SAP_URL' | 'SAP_USER' | 'SAP_PASSWORD'
  | 'SALESFORCE_URL' | 'SALESFORCE_CLIENT_ID' | 'SALESFORCE_CLIENT_SECRET'
  | 'SMTP_URL' | 'WMS_URL' | 'WMS_TOKEN' | 'WMS_WEBHOOK_SECRET'
  | 'STRIPE_URL' | 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRET';

/** The sandbox's mail provider listens so far from its other vendors. */
const SMTP_OFFSET = 25;
const LAST_PORT = 65_535;

const ISSUER = /^https?:\/\/[^=]+=https?:\/\/.+$/;

export class Config {
  /** `sandbox` seeds demo data, demo consumers and sandbox vendors; `production` has none of them. */
  @IsIn(['sandbox', 'production'])
  THROUGHLINE_MODE: 'sandbox' | 'production' = 'sandbox';

  /** TCP port of the gateway. */
  @Type(() => Number) @IsInt() @Min(0) @Max(65535)
  PORT = 3000;

  /** Address the gateway listens on. */
  @IsString()
  HOST = '127.0.0.1';

  /** TCP port of the sandbox vendors. */
  @Type(() => Number) @IsInt() @Min(0) @Max(65535)
  SANDBOX_PORT = 3900;

  /** Folder of the embedded PostgreSQL and of the sandbox vendors' state. */
  @IsString()
  DATA_DIR = '.throughline';

  /** PostgreSQL to use; when set, no embedded server is started. */
  @IsOptional() @IsString()
  DATABASE_URL?: string;

  /** Most connections this process opens to PostgreSQL. */
  @Type(() => Number) @IsInt() @Min(2) @Max(200)
  DATABASE_POOL = 20;

  /** APIs this process serves, e.g. `process/orders,system/erp` or a whole layer `process`; empty means all. */
  @Transform(({ value }) => list(value))
  APIS: string[] = [];

  /**
   * For chaos tests in sandbox mode: places at which the process kills itself, e.g. `after step:authorise payment`.
   */
  @Transform(({ value }) => list(value))
  FAILPOINTS: string[] = [];

  /** Where APIs run that this process does not serve: `process=http://process:3000,system=http://system:3000`. */
  @Transform(({ value }) => list(value))
  API_URLS: string[] = [];

  /** Origins whose scripts may call the APIs from a browser with a token of their own; `*`: any. Empty: only ours. */
  @Transform(({ value }) => list(value))
  CORS_ORIGINS: string[] = ['*'];

  /** Public base URL, used in tokens, links and webhooks; by default http://localhost:PORT. */
  @IsOptional() @IsUrl({ require_tld: false })
  PUBLIC_URL?: string;

  /** Base URL under which vendors reach the system APIs with their webhooks; by default the public one. */
  @IsOptional() @IsUrl({ require_tld: false })
  WEBHOOK_URL?: string;

  /** Base URL of the sandbox vendors; when set, this process does not start them. */
  @IsOptional() @IsUrl({ require_tld: false })
  SANDBOX_URL?: string;

  /** Secret from which token, quote and webhook keys are derived; must be set in production. */
  @IsString() @MinLength(16)
  THROUGHLINE_SECRET = 'sandbox-secret-not-for-production';

  /**
   * JSON file with the applications that may get tokens: `[{"clientId", "secretHash" | "secret" | "jwks", "scopes"}]`,
   * see apps/platform/src/identity/consumer.policy.ts. Read at the start; the sandbox has demo consumers besides.
   */
  @IsOptional() @IsString()
  CONSUMERS_FILE?: string;

  /**
   * Foreign issuers whose access tokens (JWT, `aud` our public URL or urn:throughline:api) are accepted, each with its
   * JWKS: `https://idp.example=https://idp.example/jwks,…`. A client that is not registered here gets the scopes of
   * its token, the control plane excepted.
   */
  @Transform(({ value }) => list(value)) @Matches(ISSUER, { each: true })
  TRUSTED_ISSUERS: string[] = [];

  /** Who may sign up at the portal by themselves: `open` to anybody, or `closed`. */
  @IsIn(['open', 'closed'])
  SIGN_UP: 'open' | 'closed' = 'open';

  /** Least severe log line to print. */
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
  LOG_LEVEL = 'warn';

  /** OTLP/HTTP endpoint for traces, e.g. http://localhost:4318/v1/traces; unset means traces stay in process. */
  @IsOptional() @IsUrl({ require_tld: false })
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;

  /** Name of this process in leases and logs. */
  @IsString()
  WORKER_ID = `worker-${process.pid}-${Date.now().toString(36)}`;

  /** Milliseconds after which a silent worker's runs are taken over by another process. */
  @Type(() => Number) @IsInt() @Min(500) @Max(600_000)
  LEASE_MS = 3_000;

  /** Runs this process advances at the same time. */
  @Type(() => Number) @IsInt() @Min(1) @Max(10_000)
  WORKFLOW_CONCURRENCY = 64;

  /** Minutes nobody may know whether a vendor write took effect before a person is asked. */
  @Type(() => Number) @IsInt() @Min(1) @Max(10_080)
  UNCERTAIN_LIMIT_MINUTES = 240;

  /** Base URL of SAP S/4HANA (OData services below /sap/opu/odata/sap). Unset: the sandbox's. */
  @IsOptional() @IsUrl({ require_tld: false })
  SAP_URL?: string;

  /** Communication user of SAP. Unset: the sandbox's. */
  @IsOptional() @IsString()
  SAP_USER?: string;

  @IsOptional() @IsString()
  SAP_PASSWORD?: string;

  /** My Domain URL of the Salesforce org. Unset: the sandbox's. */
  @IsOptional() @IsUrl({ require_tld: false })
  SALESFORCE_URL?: string;

  /** Consumer key of the connected app (OAuth client credentials). Unset: the sandbox's. */
  @IsOptional() @IsString()
  SALESFORCE_CLIENT_ID?: string;

  @IsOptional() @IsString()
  SALESFORCE_CLIENT_SECRET?: string;

  /** Percent of Salesforce's daily API calls from which on writes are collected longer, to leave the rest for reads. */
  @Type(() => Number) @IsInt() @Min(1) @Max(100)
  SALESFORCE_SLOW_FROM_PERCENT = 80;

  /** Base URL of the warehouse's REST API, without /wms/v1. Unset: the sandbox's. */
  @IsOptional() @IsUrl({ require_tld: false })
  WMS_URL?: string;

  /** Bearer token for the warehouse. Unset: the sandbox's. */
  @IsOptional() @IsString()
  WMS_TOKEN?: string;

  /** Secret with which the warehouse signs its webhooks (Standard Webhooks: `whsec_`, base64). Unset: the sandbox's. */
  @IsOptional() @IsString()
  WMS_WEBHOOK_SECRET?: string;

  /** Base URL of Stripe. Unset: the sandbox's. */
  @IsOptional() @IsUrl({ require_tld: false })
  STRIPE_URL?: string;

  /** Secret or restricted key of the Stripe account. Unset: the sandbox's. */
  @IsOptional() @IsString()
  STRIPE_SECRET_KEY?: string;

  /** Signing secret of the webhook endpoint that was created at Stripe for /system/finance/v1/webhooks/stripe. */
  @IsOptional() @IsString()
  STRIPE_WEBHOOK_SECRET?: string;

  /** SMTP server for messages to customers: `smtp[s]://user:password@host:port`. Unset: the sandbox's. */
  @IsOptional() @IsString() @Matches(/^smtps?:\/\//)
  SMTP_URL?: string;

  /** Sender of messages to customers. */
  @IsString()
  MAIL_FROM = 'Throughline <orders@throughline.example>';

  /**
   * Networks that webhooks may be delivered to although they are not public, as CIDR: `10.20.0.0/16`. Unset: loopback
   * in the sandbox, none in production.
   */
  @IsOptional() @Transform(({ value }) => (value === undefined ? undefined : list(value)))
  WEBHOOK_NETWORKS?: string[];

  /** Private key P-256 (32 bytes, base64url) that signs web pushes. Unset: follows from THROUGHLINE_SECRET. */
  @IsOptional() @IsString() @Matches(/^[\w-]{43}$/)
  PUSH_PRIVATE_KEY?: string;

  /** Where push services reach whoever runs this deployment. */
  @IsString() @Matches(/^(mailto:|https:)/)
  PUSH_CONTACT = 'mailto:operations@throughline.example';

  /** NATS servers with JetStream that events are fanned out to, e.g. `nats://nats:4222`; empty: no fan-out. */
  @Transform(({ value }) => list(value))
  NATS_URL: string[] = [];

  /** Days for which events stay in the log, and with it how far consumers may go back. */
  @Type(() => Number) @IsInt() @Min(7) @Max(3_650)
  EVENTS_KEPT_DAYS = 90;

  /** Networks beside the public ones that webhooks may be delivered to. */
  get webhookNetworks(): readonly string[] {
    return this.WEBHOOK_NETWORKS ?? (this.THROUGHLINE_MODE === 'sandbox' ? ['127.0.0.0/8', '::1/128'] : []);
  }

  get publicUrl(): string {
    return this.PUBLIC_URL?.replace(/\/$/, '') ?? `http://localhost:${this.PORT}`;
  }

  get webhookUrl(): string {
    return this.WEBHOOK_URL?.replace(/\/$/, '') ?? this.publicUrl;
  }

  get sandboxUrl(): string {
    return this.SANDBOX_URL ?? `http://localhost:${this.SANDBOX_PORT}`;
  }

  /** SAP and who we are there. @throws Error in production when a part is not set */
  get sap(): { url: string; user: string; password: string } {
    return {
      url: this.ofVendor('SAP_URL', this.sandboxUrl), user: this.ofVendor('SAP_USER', 'THROUGHLINE'),
      password: this.ofVendor('SAP_PASSWORD', 'throughline-secret'),
    };
  }

  /** The Salesforce org and who we are there. @throws Error in production when a part is not set */
  get salesforce(): { url: string; clientId: string; clientSecret: string } {
    return {
      url: this.ofVendor('SALESFORCE_URL', this.sandboxUrl),
      clientId: this.ofVendor('SALESFORCE_CLIENT_ID', 'throughline'),
      clientSecret: this.ofVendor('SALESFORCE_CLIENT_SECRET', 'throughline-secret'),
    };
  }

  /** The warehouse and who we are there. @throws Error in production when a part is not set */
  get wms(): { url: string; token: string; webhookSecret: string } {
    return {
      url: this.ofVendor('WMS_URL', this.sandboxUrl), token: this.ofVendor('WMS_TOKEN', 'wms-throughline'),
      webhookSecret: this.ofVendor('WMS_WEBHOOK_SECRET', 'whsec_dGhyb3VnaGxpbmUtd21zLXNlY3JldA=='),
    };
  }

  /** Stripe and who we are there. @throws Error in production when a part is not set */
  get stripe(): { url: string; secretKey: string; webhookSecret: string } {
    return {
      url: this.ofVendor('STRIPE_URL', this.sandboxUrl),
      secretKey: this.ofVendor('STRIPE_SECRET_KEY', 'sk_test_throughline'),
      webhookSecret: this.ofVendor('STRIPE_WEBHOOK_SECRET', 'whsec_throughlinestripe'),
    };
  }

  /** The mail server, and in whose name we write. @throws Error in production when it is not set */
  get smtp(): { url: string; from: string } {
    const { protocol, hostname, port } = new URL(this.sandboxUrl);
    const own = Number(port === '' ? (protocol === 'https:' ? 443 : 80) : port);
    const beside = own > LAST_PORT - SMTP_OFFSET ? own - SMTP_OFFSET : own + SMTP_OFFSET;
    const inSandbox = `smtp://throughline:throughline-secret@${hostname}:${beside}`;
    return { url: this.ofVendor('SMTP_URL', inSandbox), from: this.MAIL_FROM };
  }

  /** Asked for only by a process that serves the connector, so that others need not know the vendor's secrets. */
  private ofVendor(name: VendorSetting, inSandbox: string): string {
    const value = this[name];
    if (value !== undefined) return value;
    if (this.THROUGHLINE_MODE === 'sandbox') return inSandbox;
    throw new Error(`${name}: must be set when THROUGHLINE_MODE=production`);
  }

  /** Reads and checks the environment; throws one error that names every bad variable and how to mend it. */
  static read(environment: Record<string, string | undefined> = process.env): Config {
    const known = Object.keys(new Config()).concat(
      'DATABASE_URL', 'PUBLIC_URL', 'WEBHOOK_URL', 'SANDBOX_URL', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'SAP_URL',
      'SAP_USER',
      'SAP_PASSWORD', 'SALESFORCE_URL', 'SALESFORCE_CLIENT_ID', 'SALESFORCE_CLIENT_SECRET', 'WMS_URL', 'WMS_TOKEN',
      'SMTP_URL', 'WMS_WEBHOOK_SECRET', 'STRIPE_URL', 'STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'CONSUMERS_FILE',
      'WEBHOOK_NETWORKS', 'PUSH_PRIVATE_KEY');
    const given = Object.fromEntries(
      known.filter((name) => environment[name]).map((name) => [name, environment[name]]));
    const config = plainToInstance(Config, given, { exposeDefaultValues: true });
    const problems = validateSync(config).map(
      (error) => `${error.property}=${String(error.value)}: ${Object.values(error.constraints ?? {}).join(', ')}`);
    if (config.THROUGHLINE_MODE === 'production' && config.THROUGHLINE_SECRET === new Config().THROUGHLINE_SECRET) {
      problems.push('THROUGHLINE_SECRET: must be set when THROUGHLINE_MODE=production');
    }
    if (problems.length > 0) throw new Error(`Environment not usable:\n  ${problems.join('\n  ')}`);
    return config;
  }
}

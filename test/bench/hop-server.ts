// The items API in a process of its own, for the call over loopback HTTP; its parent ends it.
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#config';
import { Identity } from '#governance';
import { itemsApp } from './hop-api.js';

const config = Config.read({ LOG_LEVEL: 'warn' });
const identity = new Identity(config.THROUGHLINE_SECRET, config.publicUrl);
const app = await NestFactory.create<NestFastifyApplication>(
  itemsApp(config, { identity }), new FastifyAdapter(), { logger: ['error', 'fatal'] });
await app.listen(0, '127.0.0.1');
process.once('disconnect', () => process.exit(0));
process.send!({ url: await app.getUrl() });

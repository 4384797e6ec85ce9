// Operations of system/inventory beside reservations: feeds of stock facts, dated supply, and the policies of
// locations, channels and bundles.
import { operation } from '../operation.js';
import { problems } from '../problem.js';
import { Location } from './location.js';
import {
  Bundle, BundleList, BundleQuery, BundleSku, CancelSupply, ChannelName, ChannelThreshold, ChannelThresholdList,
  LocationId, PositionPage, PositionQuery, PutBundle, ReceiveSupply, SafetyStockChange, SetChannelThreshold,
  SetLocationPolicy, SetSafetyStock, SetSupply, StockFactResults, StockFacts, Supply, SupplyId, SupplyList, SupplyQuery,
} from './stock-facts.js';

const write = { scope: 'inventory:write', rate: 'status', idempotency: 'natural' } as const;
const read = { method: 'GET', scope: 'inventory:read', rate: 'read', idempotency: 'safe' } as const;

export const stockFactOperations = {
  recordStockFacts: operation({
    ...write,
    method: 'POST',
    path: '/facts',
    summary: 'Record a feed of sales, returns, counts and other stock facts',
    description:
      'Each fact counts once and as of `occurredAt`, in whatever order it comes: a count says what was there at its ' +
      'time, what happened after it stays applied, what happened before it is contained. A fact that takes more than ' +
      'there is leaves a shortfall and is announced as `inventory.oversold.v1`. A rejected fact stops no other.',
    body: StockFacts,
    answer: StockFactResults,
    rate: 'batch',
    example: {
      facts: [{
        fact: 'till-7-2026-000123-1', occurredAt: '2026-11-24T08:30:00Z', sku: 'SKU-0001', locationId: 'ST-001',
        reason: 'pos-sale', quantity: 1,
      }],
    },
  }),
  setSupply: operation({
    ...write,
    method: 'PUT',
    path: '/supply/{supplyId}',
    summary: 'Say what is expected, where and when',
    params: SupplyId,
    body: SetSupply,
    answer: Supply,
    problems: [problems.unknownProduct, problems.stateConflict],
    example: {
      kind: 'purchase', sku: 'SKU-0001', locationId: 'WH-EU', quantity: 100, expectedAt: '2026-12-15T09:00:00Z',
    },
  }),
  receiveSupply: operation({
    ...write,
    method: 'POST',
    path: '/supply/{supplyId}/receipts',
    summary: 'Take what arrived of a supply line into stock',
    params: SupplyId,
    body: ReceiveSupply,
    answer: Supply,
    problems: [problems.notFound, problems.stateConflict],
  }),
  cancelSupply: operation({
    ...write,
    method: 'POST',
    path: '/supply/{supplyId}/cancel',
    summary: 'Expect nothing more of a supply line',
    params: SupplyId,
    body: CancelSupply,
    answer: Supply,
    problems: [problems.notFound],
  }),
  listSupply: operation({
    ...read, path: '/supply', summary: 'List what is expected', params: SupplyQuery, answer: SupplyList,
  }),
};

export const positionOperations = {
  listPositions: operation({
    ...read, path: '/positions', summary: 'List the positions of a location', params: PositionQuery,
    answer: PositionPage,
  }),
  setLocationPolicy: operation({
    ...write,
    method: 'PUT',
    path: '/locations/{locationId}/policy',
    summary: 'Say what a location takes part in',
    params: LocationId,
    body: SetLocationPolicy,
    answer: Location,
    problems: [problems.notFound],
  }),
  setSafetyStock: operation({
    ...write,
    method: 'PUT',
    path: '/locations/{locationId}/safety-stock',
    summary: 'Say how much a location keeps back',
    params: LocationId,
    body: SetSafetyStock,
    answer: SafetyStockChange,
    problems: [problems.notFound],
  }),
  setChannelThreshold: operation({
    ...write,
    method: 'PUT',
    path: '/channels/{channel}/threshold',
    summary: 'Say how much a channel may not sell',
    params: ChannelName,
    body: SetChannelThreshold,
    answer: ChannelThreshold,
  }),
  listChannelThresholds: operation({
    ...read, path: '/channel-thresholds', summary: 'List thresholds of channels', answer: ChannelThresholdList,
  }),
  putBundle: operation({
    ...write,
    method: 'PUT',
    path: '/bundles/{bundleSku}',
    summary: 'Say what a bundle consists of',
    params: BundleSku,
    body: PutBundle,
    answer: Bundle,
    problems: [problems.unknownProduct, problems.stateConflict],
    example: { components: [{ sku: 'SKU-0001', quantity: 1 }, { sku: 'SKU-0041', quantity: 2 }] },
  }),
  listBundles: operation({
    ...read, path: '/bundles', summary: 'List bundles', params: BundleQuery, answer: BundleList,
  }),
};

// The language of Throughline: canonical model, operations of every API, events and problems. Imports nothing of ours.
export {
  Choice, deprecatedFieldsOf,
  fieldsOf, Flag, Integer, JsonMap, Many, One, Shape, Text, Texts, Timestamp, type Class, type FieldKind,
  type FieldOptions,
} from './field.js';
export {
  defineApi, documentName, operation, type AnswerOf, type Api, type ApiContract, type Idempotency, type InputOf,
  type Layer, type Operation, type OperationSpec, type RateClass, type RawBody, type Verb,
} from './operation.js';
export { Problem, problems, problemType, type FieldError, type ProblemDetails, type ProblemType } from './problem.js';
export { Answer, DEFAULT_DEADLINE_MS, serviceContext, type CallContext, type Caller } from './call.js';
export { contextHeaders } from './context-headers.js';
export { entityTag, requireMatch, requireTag } from './entity-tag.js';
export { derivedId, newId, type IdPrefix } from './id.js';
export { eventCatalogue, eventDataAt, eventSpecOf, eventTypes, type EventData, type EventType } from './event.js';
export { event, type EventDeprecation, type EventRevision, type EventSpec } from './events/event-spec.js';
export { LineAtLocation, LineQuantity } from './events/line-quantity.js';
export { FulfilmentFact } from './events/shipment-events.js';
export { jsonSchemaOf, type JsonSchema } from './json-schema.js';
export { exponentOf, fromMinor, includedTax, Money, share, sum, toMinor } from './canonical/money.js';
export { gs1CheckDigit, gtinOf, isGs1Key } from './canonical/gs1.js';
export { Address, Case, Customer, ExternalReference, Freshness, OrderCustomer } from './canonical/party.js';
export {
  AppliedCoupon, BudgetUse, Discount, Price, PricedLine, Product, Promotion, PromotionOutcome, Quote, Tax, Totals,
  UnitShare,
} from './canonical/catalogue.js';
export {
  allocate, combine, countOfUnits, paidPerUnit, paidRuns, sumOfUnits, unitShare, type PaidLine, type UnitRun,
} from './canonical/unit-amounts.js';
export {
  Allocation, Availability, AvailabilityItem, DatedSupply, Reservation, ReservationLine, stockBuckets, StockMovement,
  StockPosition,
} from './canonical/stock.js';
export {
  COMMERCIAL, FULFILMENT, Fulfilment, Hold, LineCounters, Order, ORDER_STATUS, OrderAxes, OrderLine, OrderPayment,
  OrderPickup, PAYMENT, PICKUP_STATES, RETURN_CUSTODY, RETURN_MONEY, Shipment,
} from './canonical/order.js';
export {
  OpeningHours, PickupReminder, Store, STORE_FACTS, STORE_REASONS, STORE_TASK_STATES, StoreFactLine, StoreHandling,
  StoreId, StoreList, StoreParcel, StorePosition, StoreSettings, StoreTask, StoreTaskId, StoreTaskLine, StoreTaskPage,
} from './canonical/store.js';
export { Acknowledgement, Invariant, InvariantReport, Payment, WriteOutcome } from './canonical/outcome.js';
export {
  CancelOrder, ChannelMoney, HoldId, NewOrder, NewOrderLine, NewPayment, OrderId, OrderPage, OrderQuery, ordersApi,
  ReleaseHold,
} from './process/orders.js';
export {
  Backorder, FulfilmentRejection, OrderExceptions, OrderMessage, RejectedFulfilment, SubstituteSku, Substitutes,
  SubstitutionAnswer, SubstitutionId, SubstitutionProposal, SubstitutionSku,
} from './process/order-exceptions.js';
export {
  NewPolicyVersion, ORDER_POLICIES, OrderPolicyVersion, PolicyComparison, PolicyDifference, PolicyDryRun, PolicyKind,
  PolicyVersionQuery, PolicyVersions, SourcedLine, SourcingCandidate, SourcingDecisionRecord, SourcingDecisions,
} from './process/order-policies.js';
export {
  AssociateName, Manifest, ManifestPath, NewManifest, PackingSlip, SlipLine, StoreListQuery, storesApi,
  StoreTaskFilter, StoreTaskPath,
  ShipInstead, StoreWork,
} from './process/stores.js';
export { NearbyStore, NearbyStores, NearbyStoresQuery } from './process/nearby-stores.js';
export { ConvertPickup, pickupOperations, PickupPath } from './process/pickups.js';
export {
  catalogueApi, CatalogueEntry, CataloguePage, CatalogueQuery, CatalogueSku, CatalogueStockQuery, CustomerProfile,
  ProfileKey,
} from './process/catalogue.js';
export { CatalogueProduct, ProductStock } from './process/catalogue-product.js';
export { BarcodeQuery, CatalogueChanges, CatalogueSyncQuery, ScannedProduct } from './process/catalogue-sync.js';
export { ORDER_EVENTS_WAIT_MAX_S, OrderEvent, OrderEventPage, OrderEventsQuery } from './process/order-events.js';
export {
  ACCEPTANCE_OUTCOMES, marketplaceApi, OfferQuery, PartnerAcceptance, PartnerOffer, PartnerOffers, PartnerOrderPath,
  PartnerPath, PartnerTerms, PartnerTermsVersion, PartnerUpdate, PartnerUpdateQuery, PartnerUpdates,
} from './process/marketplace.js';
export { PushKey, PushSubscriptionKeys } from './canonical/device.js';
export { PUSH_GONE, PushMessage, PushOptions } from './system/push.js';
export {
  NewPushSubscription, PushSubscription, PushSubscriptionPath, trackingApi, TrackedOrder,
} from './process/tracking.js';
export { Basket, BasketLine, PricedBasket, pricingApi } from './process/pricing.js';
export {
  CASE_KINDS, CASE_STATES, CaseKey, CaseNote, CaseQuery, CaseView, CaseViewKey, ProfileField, serviceApi, ServiceCase,
  ServiceCases, ServiceProfile, ServiceProfileKey, ServiceRefund, ServiceTask,
} from './process/service.js';
export {
  Allowance, AllowanceQuery, Allowances, PriceDecision, PricedOrderId, PricingComparison, PricingDryRun,
} from './process/price-decisions.js';
export {
  NewPricingPolicy, PriceReplay, PriceReplayResult, PRICING_POLICIES, PricingPolicyDifference, PricingPolicyKind,
  PricingPolicyQuery, PricingPolicyVersion, PricingPolicyVersions, RecordedPrice, ReplayedPrice,
} from './process/pricing-policies.js';
export {
  ItemReference, ItemReferences, NewPrice, PriceBook, productApi, ProductOffer, ProductPage, ProductQuery,
  ReferencePath, ResolvedItems, Sku, Skus,
} from './system/product.js';
export {
  NewPriceEntry, PriceChangeOutcome, PriceChangeReport, PriceChanges, PriceEntries, PriceEntry, PriceEntryQuery,
} from './system/price-lists.js';
export {
  AdjustStock, AvailabilityQuery, ConsumedLine, ConsumeReservation, ExtendReservation, inventoryApi, MovementPage,
  MovementQuery, ReleaseReservation, ReleaseReservationLines, ReservationId, ReservedUnits, ReserveLine, ReserveStock,
  TransferredUnits, TransferReservation,
} from './system/inventory.js';
export { Location, LocationList } from './system/location.js';
export {
  Bundle, BundleComponent, BundleList, BundleQuery, BundleSku, CancelSupply, ChannelName, ChannelThreshold,
  ChannelThresholdList, LocationId, PositionPage, PositionQuery, PutBundle, ReceiveSupply, SafetyStockChange,
  SetChannelThreshold, SetLocationPolicy, SetSafetyStock, SetSupply, StockFact, stockFactReasons, StockFactResult,
  StockFactResults, StockFacts, Supply, SupplyId, SupplyList, SupplyQuery,
} from './system/stock-facts.js';
export { ALERT_ORDERS_MAX } from './events/backbone-events.js';
export {
  CarrierCutOff, ChangeErpQueue, CutOffForecast, ErpQueue, QUEUE_CAUSES, ReplayedErpQueue, ReplayErpQueue, WaitingOrder,
  WaitingOrderPage, WaitingOrderQuery,
} from './system/erp-queue.js';
export {
  erpApi, ErpCapabilities, NewSalesOrder, RejectSalesOrder, SalesOrder, SalesOrderItem, SalesOrderReference,
} from './system/erp.js';
export {
  FulfilmentComponent, FulfilmentLine, FulfilmentOrder, FulfilmentOrderId, NewFulfilmentOrder, warehouseApi,
} from './system/warehouse.js';
export {
  CountedItem, NewStoreReturn, OriginalTender, PosLine, PosResult, PosResults, PosTender, PosTransaction,
  PosTransactions,
  ReturnedItem, StoreCount, StoreReturn, StoreReturnLine, StoreStock, StoreStockFact, StoreStockFactQuery,
  StoreStockFacts, StoreStockItem, StoreStockQuery,
} from './process/store-stock.js';
export { StoreFact, StoreTaskQuery } from './system/store-work.js';
export {
  AuthorizePayment, ChannelSale, financeApi, Invoice, Journal, JournalEntry, JournalLeg, NewInvoice, PaymentAmount,
  PaymentOrderId, VoidPayment,
} from './system/finance.js';
export {
  Message, MESSAGE_TEMPLATES, MessageFacts, MessageId, MessageLine, MessageText, NewMessage, notificationApi,
  NotificationCapabilities,
} from './system/notification.js';
export {
  CustomerReturn, CustomerReturnItem, CustomerReturnReference, NewCustomerReturn,
} from './system/erp-returns.js';
export { ExpectedLine, NewReturnParcel, ReturnParcel, ReturnParcelId } from './system/warehouse-returns.js';
export {
  ExchangeWish, MatchOrphan, NewReturn, NewReturnPolicy, Orphan, OrphanId, OrphanList, OrphanQuery, ReceiptOutcome,
  ReceivedUnits, ReturnId, ReturnLineDecision, ReturnLineWish, ReturnPage, ReturnPolicyKey, ReturnPolicyVersion,
  ReturnPreview, ReturnQuery, ReturnReceipt, returnsApi, ReturnWish, SettleAdvance,
} from './process/returns.js';
export {
  DISPOSITIONS, Return, RETURN_GRADES, RETURN_METHODS, RETURN_REASONS, ReturnLabel, ReturnLine, ReturnRefund,
  ReturnUnit,
} from './process/return-view.js';
export { ReturnedOrderId, ReturnLineProgress, ReturnProgress } from './process/order-returns.js';
export { ReturnedUnits, ReturnParcelFact } from './events/return-events.js';
export {
  CrmOrderFigures, CrmOrderFiguresPage, FIGURE_REFERENCES_MAX, FigureQuery, FIGURES_MAX, FulfilmentFigures,
  FulfilmentFiguresPage, MoneyFigureQuery, OrderFigures, OrderFiguresPage, OrderMoneyFigures, OrderMoneyFiguresPage,
  ProviderPaymentFigures, ProviderPaymentFiguresPage, ReservationFigures, ReservationFiguresPage, ReturnFigures,
  ReturnFiguresPage, SalesOrderFigures, SalesOrderFiguresPage, StockFigureQuery, StockFigures, StockFiguresPage,
  WarehouseStockFigures, WarehouseStockFiguresPage,
} from './canonical/figures.js';
export {
  AccountBalance, CreditMemo, ErpPosting, ErpPostingQuery, ErpPostings, GoodsReturned, GoodsValued, MoneyOrderId,
  NewCreditMemo, NewStoreCredit, OrderMoney, PayoutLine, RefundState, RetryErpPostings, StoreCredit,
} from './system/finance-after-sale.js';
export {
  Difference, DIFFERENCE_STATES, DifferenceId, DifferenceKind, DifferenceKinds, DifferencePage, DifferenceQuery,
  DifferenceResolution, EffortQuery, NewReconciliation, Reconciliation, reconciliationApi, ReconciliationCount,
  ReconciliationEffort, ReconciliationId, Reconciliations,
} from './process/reconciliation.js';
export {
  Kpi, KPI_NAMES, KpiExport, KpiPoint, KpiQuery, Kpis, KpiSample, KpiSampleQuery, KpiSamples,
} from './platform/kpis.js';
export {
  RepairChange, RepairComparison, RepairPolicyQuery, RepairPolicyTrial, RepairPolicyVersion, RepairPolicyVersions,
} from './process/reconciliation-policies.js';
export {
  NewSettlement, Settlement, SettlementId, SettlementLine, SettlementLines, SettlementRowFault, Settlements,
} from './process/settlements.js';
export {
  CASE_PRIORITIES, crmApi, CrmEvent, CrmOrder, CrmOrderKey, CrmOrderLine, CrmOrderNotes, CustomerId, UpsertCase,
} from './system/crm.js';
export {
  CloudEventDocument, EventId, EventPage, EventQuery, InvariantOverview, Journey, JourneyEntry,
  JourneyId, platformApi,
} from './platform.js';
export {
  ExceptionTask, GroupDecision, GroupOutcome, TASK_ACTIONS, TaskCorrection, TaskDecision, TaskGroup, TaskGroupId,
  TaskGroups, TaskId, TaskOutcome, TaskPage, TaskQuery,
} from './platform-tasks.js';
export {
  DeadLetter, DeadLetterChoice, DeadLetterEdit, DeadLetterGroup, DeadLetterPage, DeadLetterQuery, DeadLettersDecided,
  Done, NewWebhookEndpoint, SecretRotation, WebhookAttempt, WebhookDelivery, WebhookDeliveryId, WebhookDeliveryPage,
  WebhookDeliveryQuery, WebhookEndpoint, WebhookEndpointChange, WebhookEndpointId, WebhookEndpointPage, WebhookReplay,
  WebhookTest,
} from './webhooks.js';
export {
  ApiBlackOut, ApiCatalog, ApiEntry, ApiStep, ApiTransition, ApiVersion, ApiVersionKey, Changelog, ChangelogItem,
  ChangelogQuery, DeprecateApi, OwnUsageQuery, PinRevision, RetireApi, RevisionPin, RevisionPinKey, UsagePage,
  UsageQuery, UsageRow,
} from './platform/api-versions.js';
export {
  ApiKeyEntry, ApiKeyList, ApiKeyPath, ApiKeyRequest, ApiKeyRotation, ConsumerAccount, ConsumerChange, ConsumerKeyPath,
  ConsumerPage, ConsumerPath, ConsumerQuery, NewApiKeyAnswer, NewConsumer, SignedUp, SignUp,
} from './platform/consumers.js';
export {
  ApiOffer, ApiPlan, ApiProduct, ApiProductList, ChangePreview, DocumentDifference, NewApiPlan, NewApiProduct,
  OfferedApi, OfferedApiProduct, PlanChange, PlanPath, PlanSubscription, PlanTransition, PlanTrial, SubscriptionPage,
  SubscriptionPath, SubscriptionQuery, SubscriptionRequest, SubscriptionTransition,
} from './platform/products.js';
export {
  AuditEntry, AuditExport, AuditPage, AuditQuery, AuditRange, AuditVerdict, PolicyChange, PolicyDocument, PolicyList,
  PolicyPath,
} from './platform/policies.js';

// How messages read: one template per occasion and language, as plain text from which the HTML is made. Pure; what a
// customer or catalogue wrote is escaped.
import { MESSAGE_TEMPLATES, type MessageFacts, type MessageText, type NewMessage } from '#contracts';

interface Words {
  readonly greeting: (name: string | undefined) => string;
  readonly closing: string;
  readonly date: (at: string) => string;
  readonly templates: Readonly<Record<string, Template>>;
}

interface Template {
  readonly subject: (facts: MessageFacts) => string;
  /** Paragraphs; one that is undefined is left out. */
  readonly body: (facts: MessageFacts, date: (at: string) => string) => readonly (string | undefined)[];
}

const DEFAULT_LANGUAGE = 'en';
const day = (locale: string) => (at: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(at));

const english: Words = {
  greeting: (name) => (name ? `Dear ${name},` : 'Hello,'),
  closing: 'Thank you for your order.',
  date: day('en-GB'),
  templates: {
    splitShipment: {
      subject: ({ orderNumber }) => `Your order ${orderNumber} comes in several parcels`,
      body: ({ place }) => [
        `To reach you as soon as possible, your order is sent from several places${place ? ` (${place})` : ''}.`,
        'Each parcel is charged when it leaves; you pay nothing twice.',
      ],
    },
    backordered: {
      subject: ({ orderNumber }) => `Part of your order ${orderNumber} arrives later`,
      body: ({ promisedAt }, date) => [
        'These items are not in stock at the moment. We keep them for you as soon as they arrive.',
        promisedAt && `We expect to deliver them by ${date(promisedAt)}.`,
      ],
    },
    repromised: {
      subject: ({ orderNumber }) => `New delivery date for your order ${orderNumber}`,
      body: ({ promisedAt }, date) => [
        'Our supplier has moved the date of these items.',
        promisedAt && `We now expect to deliver them by ${date(promisedAt)}.`,
      ],
    },
    backorderCancelled: {
      subject: ({ orderNumber }) => `Items of your order ${orderNumber} are cancelled`,
      body: () => ['These items did not arrive in time. We have cancelled them; you are not charged for them.'],
    },
    substitutionProposed: {
      subject: ({ orderNumber }) => `May we send a substitute for your order ${orderNumber}?`,
      body: ({ substitute, until }, date) => [
        `These items are not available. We can send ${substitute ?? 'a substitute'} instead, never at a higher price.`,
        until && `Please answer in your account by ${date(until)}.`,
      ],
    },
    substituted: {
      subject: ({ orderNumber }) => `A substitute for your order ${orderNumber} is on its way`,
      body: ({ substitute }) => [`As agreed, you receive ${substitute ?? 'a substitute'} instead of these items.`],
    },
    unitsCancelled: {
      subject: ({ orderNumber }) => `Items of your order ${orderNumber} are cancelled`,
      body: () => ['We are sorry: these items could not be found. They are cancelled and not charged.'],
    },
    readyForPickup: {
      subject: ({ orderNumber }) => `Your order ${orderNumber} is ready`,
      body: ({ place, until, code }, date) => [
        `You can collect your order${place ? ` at ${place}` : ''}.`,
        code && `Please show this code at the counter: ${code}`,
        until && `We keep it until ${date(until)}.`,
      ],
    },
    pickupReminder: {
      subject: ({ orderNumber }) => `Your order ${orderNumber} is waiting for you`,
      body: ({ place, until, code }, date) => [
        `Your order is still waiting for you${place ? ` at ${place}` : ''}.`,
        code && `Please show this code at the counter: ${code}`,
        until && `We keep it until ${date(until)}.`,
      ],
    },
    pickupExpired: {
      subject: ({ orderNumber }) => `Your order ${orderNumber} was not collected`,
      body: () => ['Your order was not collected and is cancelled. You are not charged for it.'],
    },
  },
};

const german: Words = {
  greeting: (name) => (name ? `Guten Tag ${name},` : 'Guten Tag,'),
  closing: 'Vielen Dank für Ihre Bestellung.',
  date: day('de-DE'),
  templates: {
    splitShipment: {
      subject: ({ orderNumber }) => `Ihre Bestellung ${orderNumber} kommt in mehreren Paketen`,
      body: ({ place }) => [
        `Ihre Bestellung wird von mehreren Orten verschickt${place ? ` (${place})` : ''}, damit sie schnell ankommt.`,
        'Jedes Paket wird berechnet, wenn es unser Haus verlässt; Sie zahlen nichts doppelt.',
      ],
    },
    backordered: {
      subject: ({ orderNumber }) => `Ein Teil Ihrer Bestellung ${orderNumber} kommt später`,
      body: ({ promisedAt }, date) => [
        'Diese Artikel sind zurzeit nicht vorrätig. Sobald sie eintreffen, sind sie für Sie reserviert.',
        promisedAt && `Wir liefern sie voraussichtlich bis zum ${date(promisedAt)}.`,
      ],
    },
    repromised: {
      subject: ({ orderNumber }) => `Neuer Liefertermin für Ihre Bestellung ${orderNumber}`,
      body: ({ promisedAt }, date) => [
        'Unser Lieferant hat den Termin dieser Artikel verschoben.',
        promisedAt && `Wir liefern sie nun voraussichtlich bis zum ${date(promisedAt)}.`,
      ],
    },
    backorderCancelled: {
      subject: ({ orderNumber }) => `Artikel Ihrer Bestellung ${orderNumber} sind storniert`,
      body: () => ['Diese Artikel sind nicht rechtzeitig eingetroffen. Sie sind storniert und werden nicht berechnet.'],
    },
    substitutionProposed: {
      subject: ({ orderNumber }) => `Dürfen wir für Ihre Bestellung ${orderNumber} Ersatz schicken?`,
      body: ({ substitute, until }, date) => [
        `Diese Artikel sind nicht lieferbar. Wir können stattdessen ${substitute ?? 'Ersatz'} schicken, nie teurer.`,
        until && `Bitte antworten Sie in Ihrem Konto bis zum ${date(until)}.`,
      ],
    },
    substituted: {
      subject: ({ orderNumber }) => `Ersatz für Ihre Bestellung ${orderNumber} ist unterwegs`,
      body: ({ substitute }) => [`Wie vereinbart erhalten Sie ${substitute ?? 'Ersatz'} anstelle dieser Artikel.`],
    },
    unitsCancelled: {
      subject: ({ orderNumber }) => `Artikel Ihrer Bestellung ${orderNumber} sind storniert`,
      body: () => ['Diese Artikel waren leider nicht auffindbar. Sie sind storniert und werden nicht berechnet.'],
    },
    readyForPickup: {
      subject: ({ orderNumber }) => `Ihre Bestellung ${orderNumber} liegt bereit`,
      body: ({ place, until, code }, date) => [
        `Sie können Ihre Bestellung${place ? ` bei ${place}` : ''} abholen.`,
        code && `Bitte zeigen Sie diesen Code vor: ${code}`,
        until && `Wir bewahren sie bis zum ${date(until)} auf.`,
      ],
    },
    pickupReminder: {
      subject: ({ orderNumber }) => `Ihre Bestellung ${orderNumber} wartet auf Sie`,
      body: ({ place, until, code }, date) => [
        `Ihre Bestellung wartet noch auf Sie${place ? ` bei ${place}` : ''}.`,
        code && `Bitte zeigen Sie diesen Code vor: ${code}`,
        until && `Wir bewahren sie bis zum ${date(until)} auf.`,
      ],
    },
    pickupExpired: {
      subject: ({ orderNumber }) => `Ihre Bestellung ${orderNumber} wurde nicht abgeholt`,
      body: () => ['Ihre Bestellung wurde nicht abgeholt und ist storniert. Sie wird nicht berechnet.'],
    },
  },
};

const languages: Readonly<Record<string, Words>> = { en: english, de: german };

/** Templates by name, with the languages each has. */
export function templateLanguages(): Record<string, string[]> {
  return Object.fromEntries(MESSAGE_TEMPLATES.map((template) => [
    template, Object.keys(languages).filter((language) => languages[language]!.templates[template] !== undefined),
  ]));
}

/** The message in its language, in English where we do not have it. */
export function renderMessage({ template, language, name, facts }: NewMessage): MessageText {
  const known = languages[language]?.templates[template] === undefined ? DEFAULT_LANGUAGE : language;
  const words = languages[known]!;
  const { subject, body } = words.templates[template]!;
  const paragraphs = body(facts, words.date).filter((paragraph) => paragraph !== undefined);
  const items = (facts.lines ?? []).map(({ sku, name: product, quantity }) => `${quantity} × ${product ?? sku}`);
  const list = items.length === 0 ? [] : [items.map((item) => `- ${item}`).join('\n')];
  const text = [words.greeting(name), ...paragraphs, ...list, words.closing, facts.orderNumber].join('\n\n');
  const html = [words.greeting(name), ...paragraphs].map(paragraph).join('')
    + (items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escape(item)}</li>`).join('')}</ul>`)
    + paragraph(words.closing) + paragraph(facts.orderNumber);
  const title = subject(facts);
  return {
    subject: title, text, language: known,
    html: `<!doctype html><html lang="${known}"><head><meta charset="utf-8"><title>${escape(title)}</title></head>`
      + `<body>${html}</body></html>`,
  };
}

const paragraph = (text: string): string => `<p>${escape(text)}</p>`;

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

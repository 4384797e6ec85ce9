// A device that is told by web push: its keys, and ours by which it knows us; the same in every layer.
import { Shape, Text } from '../field.js';

@Shape('Keys of a push subscription, as the browser gives them.')
export class PushSubscriptionKeys {
  @Text({ doc: 'Public key P-256 of the device, 65 bytes in base64url.', pattern: /^[\w-]{87}=?$/, max: 88, min: 87 })
  p256dh: string;

  @Text({ doc: 'Authentication secret, 16 bytes in base64url.', pattern: /^[\w-]{22}(?:==)?$/, max: 24, min: 22 })
  auth: string;
}

@Shape('The key by which a browser knows that a push is ours.')
export class PushKey {
  @Text({ doc: 'VAPID public key, base64url: `applicationServerKey` of PushManager.subscribe.', max: 88, min: 87 })
  publicKey: string;
}

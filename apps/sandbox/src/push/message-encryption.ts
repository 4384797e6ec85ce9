/*
 * What a device does with a push: takes it apart as RFC 8291 says. Written from the RFC with nothing but the platform's
 * primitives, so that it proves the sender rather than repeat its library.
 */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

const CURVE = 'prime256v1';
const SALT_BYTES = 16;
const RECORD_SIZE_BYTES = 4;
const TAG_BYTES = 16;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const SECRET_BYTES = 32;
/** Ends the content of the last record; zeros that follow are padding (RFC 8188). */
const LAST_RECORD = 2;

export interface DeviceKeys {
  /** Base64url. */
  readonly privateKey: string;
  readonly p256dh: string;
  readonly auth: string;
}

export function newDeviceKeys(): DeviceKeys {
  const ecdh = createECDH(CURVE);
  const publicKey = ecdh.generateKeys();
  return {
    privateKey: ecdh.getPrivateKey('base64url'), p256dh: publicKey.toString('base64url'),
    auth: randomBytes(SALT_BYTES).toString('base64url'),
  };
}

/** The text of a message in content coding aes128gcm. @throws Error when it was not sealed for this device */
export function open(body: Buffer, { privateKey, p256dh, auth }: DeviceKeys): string {
  const salt = body.subarray(0, SALT_BYTES);
  const idLength = body[SALT_BYTES + RECORD_SIZE_BYTES]!;
  const idAt = SALT_BYTES + RECORD_SIZE_BYTES + 1;
  const senderKey = body.subarray(idAt, idAt + idLength);
  const record = body.subarray(idAt + idLength);
  if (record.length > body.readUInt32BE(SALT_BYTES)) throw new Error('The message has more than one record');
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  const shared = ecdh.computeSecret(senderKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), Buffer.from(p256dh, 'base64url'), senderKey]);
  const secret = derive(shared, Buffer.from(auth, 'base64url'), info, SECRET_BYTES);
  const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), KEY_BYTES);
  const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), NONCE_BYTES);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(record.subarray(-TAG_BYTES));
  const plain = Buffer.concat([decipher.update(record.subarray(0, -TAG_BYTES)), decipher.final()]);
  const end = plain.lastIndexOf(LAST_RECORD);
  if (end < 0 || plain.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('The padding is not RFC 8188');
  return plain.subarray(0, end).toString('utf8');
}

function derive(secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, length));
}

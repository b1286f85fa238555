// The other implementation, for tests/rules/vault/test_other_library.py. One process for all of it.
// In (standard input, JSON): identity, and files by name in base64. Out (JSON): the recipient that belongs to
// the identity, what each file opened to, and the same contents sealed again, all in base64.
import { Decrypter, Encrypter, identityToRecipient } from "age-encryption";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { identity, files } = JSON.parse(Buffer.concat(chunks).toString());

const recipient = await identityToRecipient(identity);
const decrypter = new Decrypter();
decrypter.addIdentity(identity);
const encrypter = new Encrypter();
encrypter.addRecipient(recipient);

const opened = {};
const sealed = {};
for (const [name, file] of Object.entries(files)) {
  const plaintext = await decrypter.decrypt(new Uint8Array(Buffer.from(file, "base64")));
  opened[name] = Buffer.from(plaintext).toString("base64");
  sealed[name] = Buffer.from(await encrypter.encrypt(plaintext)).toString("base64");
}
process.stdout.write(JSON.stringify({ recipient, opened, sealed }));

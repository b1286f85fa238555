// Unlocking with a passkey: what its PRF extension returns opens the seed. Without scripts the passphrase does the same.
(() => {
  "use strict";
  const add = document.getElementById("passkey-add");
  const unlock = document.getElementById("passkey-unlock");
  const form = add || unlock;
  if (!form) return;
  const button = form.querySelector("button");
  const tell = (words) => { form.querySelector("[role=status]").textContent = words; };
  if (!window.PublicKeyCredential || !navigator.credentials) {
    if (add) tell("This browser has no passkeys.");
    button.hidden = true;
    return;
  }
  form.hidden = false;
  const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (two) => parseInt(two, 16));
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (one) => one.toString(16).padStart(2, "0")).join("");
  const chance = () => crypto.getRandomValues(new Uint8Array(32));
  const field = (name) => form.elements.namedItem(name);

  // The answer to our salt: the same each time, and known to nobody without this passkey.
  const answer = async (credential) => {
    const got = await navigator.credentials.get({ publicKey: {
      challenge: chance(),
      allowCredentials: [{ type: "public-key", id: bytes(credential) }],
      userVerification: "required",
      extensions: { prf: { eval: { first: bytes(form.dataset.salt) } } },
    } });
    const found = got.getClientExtensionResults().prf;
    if (!found || !found.results || !found.results.first) throw new Error("no PRF");
    return hex(found.results.first);
  };

  const make = async () => {
    const made = await navigator.credentials.create({ publicKey: {
      challenge: chance(),
      rp: { name: "Heedline: unlock keys" },
      user: { id: bytes(form.dataset.user), name: form.dataset.name, displayName: form.dataset.name },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
      authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
      extensions: { prf: {} },
    } });
    const able = made.getClientExtensionResults().prf;
    if (!able || !able.enabled) throw new Error("no PRF");
    return hex(made.rawId);
  };

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (add) {
        field("credential").value = await make();
        field("given").value = await answer(field("credential").value);
        field("again").value = await answer(field("credential").value);
      } else {
        field("given").value = await answer(form.dataset.credential);
      }
      form.requestSubmit ? form.requestSubmit() : form.submit();
    } catch (problem) {
      tell(problem.message === "no PRF"
        ? "This passkey cannot unlock keys. Use your passphrase."
        : "It did not work. Try again, or use your passphrase.");
      button.disabled = false;
    }
  });
})();

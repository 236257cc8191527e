import { useState } from 'react';
import { Code } from './code';
import { Copy, Dialog, Tabs } from './ui';
import { type Language, languages, verifications } from './verify';

/** Shows a signing secret, this once, and what to do with it. */
export function SecretDialog({ secret, close }: { secret: string; close: () => void }) {
  return (
    <Dialog title="The signing secret" close={close}>
      <p>
        Put it where your receiver reads it, as <code>WEBHOOK_SECRET</code>. <strong>It is shown only now</strong>; afterwards a new one can be made, not this one be read.
      </p>
      <p className="secret">
        <code data-testid="secret">{secret}</code>
        <Copy text={secret} label="Copy the secret" />
      </p>
      <Verification />
      <footer>
        <button type="button" className="primary" onClick={close}>
          I have kept it
        </button>
      </footer>
    </Dialog>
  );
}

export function Verification() {
  const [language, setLanguage] = useState<Language>('Node.js');
  return (
    <>
      <h3>Verify what arrives</h3>
      <p className="hint">
        The libraries of Standard Webhooks and of Svix verify it too. Without one, this does:
      </p>
      <Tabs label="Language" names={languages} chosen={language} choose={setLanguage} />
      <Code text={verifications[language]} label={`Verification in ${language}`} />
    </>
  );
}

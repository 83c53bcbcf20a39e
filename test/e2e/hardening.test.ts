/** What the page of the window cannot do, even if foreign code ran in it. */
import { expect, it } from 'vitest';
import { describeNeeding } from '../requirements.ts';
import { testDesk } from './test-desk.ts';

const openOne = testDesk();

/** The properties of the window that lead out of the page; a frame made by the page has its own window object. */
const absent = ['showOpenFilePicker', 'showSaveFilePicker', 'showDirectoryPicker'] as const;

describeNeeding('window', 'a script in the page', () => {
  it('cannot ask for a file by itself, and the program continues', async () => {
    const { app, page } = await openOne([]);
    await page.getByText('Open dumps').first().waitFor();
    await app.evaluate(({ dialog }) => {
      const shown = (): never => {
        throw new Error('a dialog was shown');
      };
      Object.assign(dialog, { showOpenDialog: shown, showSaveDialog: shown });
    });
    for (const name of absent) {
      const answer = await page.evaluate(async (picker) => {
        const frame = document.createElement('iframe');
        document.body.append(frame);
        const tries = [window, frame.contentWindow].map(async (one) => {
          const ask = (one as unknown as Record<string, (() => Promise<unknown>) | undefined>)[picker];
          if (ask === undefined) return 'denied';
          return ask.call(one).then(
            () => 'given',
            () => 'denied',
          );
        });
        return Promise.all(tries);
      }, name);
      expect(answer, name).toEqual(['denied', 'denied']);
    }
    // A real click gives a page more rights than a script alone.
    await page.evaluate((names) => {
      document.body.addEventListener('click', () => {
        for (const name of names) {
          const ask = (window as unknown as Record<string, (() => Promise<unknown>) | undefined>)[name];
          void ask?.().catch(() => undefined);
        }
      });
    }, absent);
    await page.mouse.click(5, 5);
    expect(await page.evaluate(() => document.title)).toContain('Dumpbench');
    expect(app.process().exitCode).toBeNull();
  });

  it('reaches no host by WebRTC', async () => {
    const { page } = await openOne([]);
    const found = await page.evaluate(async () => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      const inFrame = frame.contentWindow as unknown as { readonly RTCPeerConnection?: typeof RTCPeerConnection };
      const candidates: string[] = [];
      const Connection = inFrame.RTCPeerConnection;
      if (Connection !== undefined) {
        const connection = new Connection({ iceServers: [{ urls: 'stun:127.0.0.1:3478' }] });
        connection.createDataChannel('out');
        const gathered = new Promise<void>((resolve) => {
          connection.addEventListener('icecandidate', ({ candidate }) => {
            if (candidate === null) resolve();
            else if (candidate.candidate !== '') candidates.push(candidate.candidate);
          });
        });
        await connection.setLocalDescription(await connection.createOffer());
        await gathered;
        connection.close();
      }
      return { inPage: typeof (window as { readonly RTCPeerConnection?: unknown }).RTCPeerConnection, candidates };
    });
    expect(found).toEqual({ inPage: 'undefined', candidates: [] });
  });

  it('sends nothing to a server, not even on this machine', async () => {
    const { page } = await openOne([]);
    const answers = await page.evaluate(() =>
      Promise.all(
        ['http://127.0.0.1:9/', 'https://example.org/', 'ws://127.0.0.1:9/'].map((url) =>
          url.startsWith('ws')
            ? new Promise((resolve) => {
                try {
                  const socket = new WebSocket(url);
                  socket.addEventListener('open', () => {
                    resolve('open');
                  });
                  socket.addEventListener('error', () => {
                    resolve('refused');
                  });
                } catch {
                  resolve('refused');
                }
              })
            : fetch(url).then(
                () => 'open',
                () => 'refused',
              ),
        ),
      ),
    );
    expect(answers).toEqual(['refused', 'refused', 'refused']);
  });
});

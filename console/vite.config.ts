import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The server of `npm run dev` passes the API's requests on to a Crier that runs beside it.
const api = process.env.CRIER_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    rolldownOptions: {
      input: ['index.html', 'playground.html', 'voyager.html'],
      // "use no memo" speaks to the React compiler, which has already run over these packages.
      checks: { moduleLevelDirective: false },
    },
    // Whether a small file is inlined would depend on who asks first, a page or a script; the build must not vary.
    assetsInlineLimit: 0,
    // The polyfill would be dead weight: every browser that runs Monaco knows modulepreload.
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    // Monaco and the layout engine are single modules that cannot be split further.
    chunkSizeWarningLimit: 4096,
  },
  worker: { format: 'es' },
  server: { proxy: { '/graphql': api, '/schema.graphql': api } },
});

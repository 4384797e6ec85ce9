// How the console is built: one page and its assets, which the gateway serves from dist/console. `vite apps/console`
// serves it for development beside a house that runs on port 3000.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const HOUSE = 'http://localhost:3000';
const SERVED_BY_HOUSE = ['/oauth', '/platform', '/process', '/openapi', '/console-config.json'];

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', chunkSizeWarningLimit: 1400 },
  server: { proxy: Object.fromEntries(SERVED_BY_HOUSE.map((path) => [path, HOUSE])) },
});

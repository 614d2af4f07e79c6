import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

// The page calls its own origin, so that it needs no CORS; in production nginx does the same.
const proxy = {
  '/quartet': {
    target: process.env.QUARTET_URL ?? 'http://127.0.0.1:8080',
    changeOrigin: true,
    rewrite: (path: string) => path.slice('/quartet'.length),
  },
};
const server = { host: '127.0.0.1', port: Number(process.env.PORT ?? 5173), strictPort: true, proxy };

export default defineConfig({ plugins: [vue()], server, preview: server });

import uni from '@dcloudio/vite-plugin-uni';
import { defineConfig } from 'vite';

const target = process.env.QUARTET_URL ?? 'http://127.0.0.1:8080';
const h5 = process.env.UNI_PLATFORM === 'h5';

export default defineConfig({
  plugins: [uni()],
  // In a browser the page calls its own origin, so that it needs no CORS; a mini-program calls the server by its address.
  define: { __QUARTET__: JSON.stringify(h5 ? '/quartet' : target) },
  server: {
    host: '127.0.0.1',
    port: Number(process.env.PORT ?? 5174),
    strictPort: true,
    proxy: { '/quartet': { target, changeOrigin: true, rewrite: (path) => path.slice('/quartet'.length) } },
  },
});

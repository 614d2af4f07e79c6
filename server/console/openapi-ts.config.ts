import { defineConfig } from '@hey-api/openapi-ts';

// The client of the operations that the console calls, and of nothing else.
export default defineConfig({
  input: '../../openapi/openapi.yaml',
  output: 'src/generated',
  parser: { filters: { operations: { include: ['/ \\/(admin|demo)\\//'] } } },
});

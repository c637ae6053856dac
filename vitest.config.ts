import { defineConfig } from 'vitest/config'

// Tests run from sources: every package's exports carry the condition @logan/source.
export default defineConfig({
  ssr: { resolve: { conditions: ['@logan/source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})

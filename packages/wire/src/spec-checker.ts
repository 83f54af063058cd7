export class SpecChecker {
  constructor(_w: number, _d: number, _tick: number) {}
  apply(_bytes: Uint8Array): void {}
  compareWith(_decoder: unknown): void {}
}

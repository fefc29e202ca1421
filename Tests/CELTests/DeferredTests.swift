import Testing

@testable import CEL

struct DeferredTests {
  @Test func isMadeOnce() {
    let deferred = Deferred { UInt64.random(in: 0 ... .max) }
    #expect(deferred.value == deferred.value)
    #expect(Deferred(made: 3).value == 3)
  }
}

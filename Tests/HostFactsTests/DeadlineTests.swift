import Testing

@testable import HostFacts

struct DeadlineTests {
  @Test func `time that is left, and time that has passed`() throws {
    let soon = Deadline.after(.seconds(60))
    #expect(!soon.hasPassed)
    #expect(try #require(soon.remaining) <= .seconds(60))
    #expect(try #require(soon.remaining) > .seconds(30))
    let past = Deadline.after(.seconds(-1))
    #expect(past.hasPassed)
    #expect(past.remaining == .zero)
  }

  @Test func `never does not pass`() {
    #expect(!Deadline.never.hasPassed)
    #expect(Deadline.never.remaining == nil)
  }
}

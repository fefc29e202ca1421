import Testing

@testable import HostFacts

struct PortRangeTests {
  @Test func `both ends count`() {
    #expect(PortRange(first: 32768, last: 60999).size == 28232)
    #expect(PortRange(first: 1, last: 1).size == 1)
    #expect(PortRange(first: 40000, last: 40009).contains(40009))
    #expect(!PortRange(first: 40000, last: 40009).contains(40010))
  }

  @Test func `nonsense has no size`() {
    #expect(PortRange(first: 2, last: 1).size == 0)
    #expect(PortRange(first: .min, last: .max).size == 0)
    #expect(PortRange(first: 0, last: .max).size == 0)
  }
}

import Testing

@testable import HostFacts

@Suite struct CapabilitiesTests {
  @Test(arguments: [
    ("Name:\tx\nCapEff:\t000001ffffffffff\nSeccomp:\t0\n", true),
    ("CapEff:\t0000000000080004\n", true), ("CapEff:\t0000000000080000\n", false),
    ("CapEff:\t0000000000000004\n", false), ("CapEff:\t0000000000000000\n", false),
  ]) func tellsWhetherProcessesMayBeRead(_ status: String, _ expected: Bool) {
    #expect(Capabilities(status: status)?.includesReadingProcesses == expected)
  }

  @Test(arguments: ["", "CapEff:", "CapEff:\tzz\n", "CapEff:\t-1\n", "CapPrm:\t1\n"])
  func isNilWithoutTheLine(_ status: String) {
    #expect(Capabilities(status: status) == nil)
  }

  @Test func readsItsOwn() { #expect(Capabilities.effective(HostRoot()) != nil) }
}

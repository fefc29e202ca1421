import Testing

@testable import HostFacts

@Suite struct KernelVersionTests {
  @Test(arguments: [
    ("6.18.44-cloud-amd64", KernelVersion(6, 18)),
    ("6.14", KernelVersion(6, 14)),
    ("4.18.0-553.el8_10.x86_64", KernelVersion(4, 18)),
    ("6.1-rc7", KernelVersion(6, 1)),
    ("6", nil), ("", nil), ("6.", nil), (".1", nil), ("-6.1", nil), ("6a.1", nil), ("6.-1", nil),
    ("6.99999999999999999999", nil), ("٦.١", nil),
    // A combining mark makes one character of itself and the last digit.
    ("6.16\u{612}", KernelVersion(6, 16)),
  ])
  func releasesAreRead(release: String, version: KernelVersion?) {
    #expect(KernelVersion(release: release) == version)
  }

  @Test func versionsAreOrdered() {
    #expect(KernelVersion(5, 4) < KernelVersion(5, 14))
    #expect(KernelVersion(5, 19) < KernelVersion(6, 0))
    #expect(KernelVersion(6, 14).description == "6.14")
  }
}

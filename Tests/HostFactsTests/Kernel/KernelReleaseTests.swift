import Testing

@testable import HostFacts

@Suite struct KernelReleaseTests {
  @Test(arguments: [
    ("6.1.0-18-amd64", [6, 1, 0]), ("6.18.44-fc-v657\n", [6, 18, 44]),
    ("5.15.167.4-microsoft-standard-WSL2+", [5, 15, 167]),
    ("4.18.0-553.el8_10.x86_64", [4, 18, 0]),
    ("6.19-rc1", [6, 19, 0]), ("6.12", [6, 12, 0]), ("6.12.", [6, 12, 0]),
  ]) func numbers(_ text: String, _ expected: [Int]) throws {
    let release = try #require(KernelRelease(text))
    #expect([release.major, release.minor, release.patch] == expected)
    #expect(release.version == KernelVersion(expected[0], expected[1]))
  }

  @Test(arguments: ["", "linux", "6", "6.", "-6.1", ".6.1", "99999999999999999999.1", "6.x"])
  func whatIsNoRelease(_ text: String) { #expect(KernelRelease(text) == nil) }

  @Test func order() throws {
    let releases = try ["4.18.0-1", "5.4.300", "6.1.9", "6.1.10-a", "6.12.1", "6.18.0"]
      .map { try #require(KernelRelease($0)) }
    #expect(releases == releases.shuffled().sorted())
  }

  @Test func thisKernelHasOne() {
    #expect(KernelRelease.read(HostRoot()).value != nil)
  }

  @Test func aFileThatIsNoRelease() {
    let scratch = ScratchDirectory()
    scratch.write("proc/sys/kernel/osrelease", "plan9\n")
    #expect(
      KernelRelease.read(HostRoot(scratch.path))
        == .unavailable(.init("'plan9' is not a kernel release")))
  }
}

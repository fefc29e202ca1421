import Glibc
import Testing

@testable import HostFacts

@Suite struct ProcessInfoTests {
  private static func stat(_ name: String, _ ticks: String) -> String {
    "4242 (\(name)) S 1 4242 4242 0 -1 4194560 900 0 0 0 5 6 0 0 20 0 1 0 \(ticks) 8192 100 0\n"
  }

  @Test(arguments: ["nginx", "a b", "a) S 1 2 3", "((", ""])
  func whenAProcessBegan(name: String) {
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    #expect(ProcessInfo.started(Self.stat(name, "6032010")) == 6_032_010 / ticks)
  }

  @Test(arguments: [
    "", "4242", "4242 (x)", "4242 (x) S 1", Self.stat("x", "-1"), Self.stat("x", "y"),
  ])
  func whatDoesNotTell(text: String) {
    #expect(ProcessInfo.started(text) == nil)
  }

  @Test func thisProcessBeganAfterTheBoot() throws {
    let info = ProcessInfo.read(getpid(), HostRoot())
    let started = try #require(info.started.value)
    #expect(started > 0)
    let uptime = try #require(HostRoot().text("/proc/uptime").value)
    #expect(try started <= #require(Double(uptime.prefix { $0 != " " })))
  }
}

import CEL
import Testing

@testable import HostFacts

@Suite struct CounterSampleTests {
  private let origin = Origin.dump("test")

  private func sample(
    boot: String = "a", namespace: Int = 1, seconds: Double = 1000,
    _ counters: [String: [String: Int]] = ["TcpExt": ["TW": 5], "Tcp": ["CurrEstab": 9]]
  ) -> CounterSample {
    CounterSample(bootID: boot, namespace: namespace, seconds: seconds, counters: counters)
  }

  private func reading(_ text: String) -> NetstatReading {
    let file = Reading.value(Netstat(counters: Netstat.parse(text), origin: origin), origin)
    return NetstatReading(
      netstat: file, snmp: file, snmp6: .absent("no IPv6"), conntrack: .absent("not loaded"))
  }

  @Test func anEarlierOneOfTheSameNamespaceIsCompared() {
    let later = sample(seconds: 87_400, ["TcpExt": ["TW": 5], "Tcp": ["CurrEstab": 2]])
    // How many connections there are may well go down.
    #expect(sample().refusal(before: later) == nil)
    // What the kernel did not count then, or does not count now, says nothing.
    #expect(sample(["TcpExt": ["TWKilled": 7]]).refusal(before: later) == nil)
  }

  @Test(arguments: [
    (
      CounterSample(bootID: "b", namespace: 1, seconds: 2000, counters: [:]),
      "the host has been booted since"
    ),
    (
      CounterSample(bootID: "a", namespace: 2, seconds: 2000, counters: [:]),
      "they are of another network namespace"
    ),
    (
      CounterSample(bootID: "a", namespace: 1, seconds: 999, counters: [:]),
      "they are from the future"
    ),
    (
      CounterSample(bootID: "a", namespace: 1, seconds: 4299.9, counters: [:]),
      "that was less than an hour ago"
    ),
    (
      CounterSample(bootID: "a", namespace: 1, seconds: 693_000, counters: [:]),
      "that was more than 8 days ago"
    ),
    (
      CounterSample(bootID: "a", namespace: 1, seconds: 2000, counters: ["TcpExt": ["TW": 4]]),
      "TcpExt.TW went back from 5 to 4"
    ),
  ])
  func saysWhyNot(_ later: CounterSample, _ why: String) {
    #expect(sample().refusal(before: later) == why)
  }

  @Test func whatIsTooYoungIsAnEarlierOneAllTheSame() {
    func later(_ seconds: Double, _ boot: String = "a") -> CounterSample {
      CounterSample(bootID: boot, namespace: 1, seconds: seconds, counters: [:])
    }
    #expect(sample().precedes(later(1000)) && sample().isYoung(at: later(1000)))
    #expect(sample().precedes(later(4600)) && !sample().isYoung(at: later(4600)))
    #expect(sample().refusal(before: later(4600)) == nil)
    #expect(!sample().precedes(later(1030, "b")))
    #expect(!sample().precedes(later(999)))
    #expect(!sample().precedes(later(.nan)) && !sample().isYoung(at: later(.nan)))
  }

  @Test func aHostileOneIsNoTrap() {
    let least = sample(seconds: -.greatestFiniteMagnitude, ["TcpExt": ["TW": .min]])
    let most = sample(seconds: .greatestFiniteMagnitude, ["TcpExt": ["TW": .max]])
    #expect(least.refusal(before: most) == "that was more than 8 days ago")
    #expect(most.refusal(before: least) == "they are from the future")
    let growth = least.growth(until: reading("TcpExt: TW\nTcpExt: 9\n"), seconds: 5)
    guard case .unavailable = growth.netstat.growth("TcpExt", "TW") else {
      Issue.record("the difference cannot be told")
      return
    }
  }

  @Test func tellsWhatHasGrown() {
    let growth = sample().growth(
      until: reading("TcpExt: TW TWKilled\nTcpExt: 12 3\n"), seconds: 1060)
    #expect(growth.seconds.value == 60)
    #expect(growth.isSinceLastRun.value == true)
    #expect(growth.netstat.growth("TcpExt", "TW").value == 7)
    #expect(
      growth.netstat.growth("TcpExt", "TWKilled")
        == .absent("this kernel does not count TcpExt.TWKilled"))
    #expect(
      growth.netstat.growth("Conntrack", "drop")
        == .absent("connection tracking was not loaded then"))
    #expect(
      growth.netstat.growth("Udp6", "RcvbufErrors") == .absent("IPv6 was not counted then"))
  }

  @Test func holdsTheCountersThatRulesMayName() throws {
    var host = HostIdentity.unavailable(.init("not read"))
    let inode = Reading.value(4_026_531_840, origin)
    let counters = reading("TcpExt: TW Unheard\nTcpExt: 12 3\n")
    #expect(CounterSample(counters, seconds: 1, of: host, inode, nil) == nil)
    host.bootID = .value("a", origin)
    #expect(CounterSample(counters, seconds: 1, of: host, .absent("none"), nil) == nil)
    #expect(CounterSample(reading(""), seconds: 1, of: host, inode, nil) == nil)
    let drops = UDPDropSample(hasCookies: true, sockets: ["7": 4])
    let sample = try #require(CounterSample(counters, seconds: 1, of: host, inode, drops))
    #expect(sample.counters == ["TcpExt": ["TW": 12]])
    #expect(sample.namespace == 4_026_531_840)
    #expect(sample.udpDrops == drops)
  }

  @Test func aRunKnowsWhatHasGrownSinceTheLast() throws {
    let first = try Host.read()
    let sample = try #require(first.counterSample)
    #expect(!first.hasSecondSample)
    var earlier = sample
    earlier.seconds -= 3600
    let second = try Host.read(HostOptions(earlier: earlier))
    #expect(second.hasSecondSample)
    #expect(second.notices.filter { $0.message.contains("last run") } == [])
    earlier.seconds += 1800
    #expect(!(try Host.read(HostOptions(earlier: earlier)).hasSecondSample))
    earlier.bootID = "another"
    let third = try Host.read(HostOptions(earlier: earlier))
    #expect(!third.hasSecondSample)
    #expect(
      third.notices.contains {
        $0.message
          == "counters are not compared with those of the last run: the host has been booted since"
      })
  }
}

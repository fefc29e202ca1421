import CEL
import Testing

@testable import HostFacts

private let origin = Origin.file(SourceLocation(path: "/proc/net/netstat"))

private func reading(_ text: String) -> NetstatReading {
  let file = Netstat(counters: Netstat.parse(text), origin: origin)
  return NetstatReading(
    netstat: .value(file, origin), snmp: .value(file, origin), snmp6: .value(file, origin),
    conntrack: .value(file, origin))
}

@Suite struct NetstatTests {
  @Test func namesDecideNotPlaces() {
    let text = """
      TcpExt: SyncookiesSent TWRecycled ListenOverflows NewInSomeKernel
      TcpExt: 1 2 3 4
      IpExt: InOctets
      IpExt: 9435452

      """
    #expect(
      Netstat.parse(text) == [
        "TcpExt": [
          "SyncookiesSent": 1, "TWRecycled": 2, "ListenOverflows": 3, "NewInSomeKernel": 4,
        ],
        "IpExt": ["InOctets": 9_435_452],
      ])
  }

  @Test func countersOfIPv6HaveALineEach() {
    let text = """
      Ip6InReceives                   \t12
      Udp6InDatagrams                 \t7
      Udp6RcvbufErrors                \t3
      Udp6MemErrors                   \tx
      Udp6Broken
      UdpLite6RcvbufErrors            \t9

      """
    let expected: [String: Int64?] = ["InDatagrams": 7, "RcvbufErrors": 3, "MemErrors": nil]
    #expect(Netstat.parseUDP6(text) == expected)
  }

  @Test func negativeNumbersCount() {
    #expect(Netstat.parse("Tcp: MaxConn\nTcp: -1\n") == ["Tcp": ["MaxConn": -1]])
  }

  @Test(arguments: [
    "", "\n\n", "TcpExt: A B\n", "TcpExt\nTcpExt\n", "TcpExt: A\nIpExt: 1\n",
    "TcpExt: A\n\nTcpExt:\n",
  ]) func whatIsNoPairGivesNothing(_ text: String) {
    #expect(Netstat.parse(text).isEmpty)
  }

  @Test(arguments: ["x", "99999999999999999999", "0x1"])
  func aValueThatIsNoNumberIsNotACounterThatIsNotThere(_ value: String) {
    let counters = reading("TcpExt: TW ListenDrops\nTcpExt: \(value) 2\n")
    #expect(
      counters["TcpExt", "TW"] == .unavailable(.init("the value of TcpExt.TW is no number")))
    #expect(counters["TcpExt", "ListenDrops"].value == 2)
  }

  @Test func moreNamesThanValues() {
    #expect(Netstat.parse("T: A B\nT: 1\n") == ["T": ["A": 1]])
    #expect(Netstat.parse("T: A\nT: 1 2\n") == ["T": ["A": 1]])
  }

  @Test func whatAKernelDoesNotCountIsAbsent() {
    let counters = reading("TcpExt: TW\nTcpExt: 7\n")
    #expect(counters["TcpExt", "TW"] == .value(7, origin))
    #expect(
      counters["TcpExt", "TWRecycled"]
        == .absent("this kernel does not count TcpExt.TWRecycled"))
    #expect(counters["Tcp", "ActiveOpens"] == .absent("the kernel reports no Tcp line"))
  }

  @Test func theTwoFilesFailApart() {
    var counters = reading("TcpExt: TW\nTcpExt: 7\n")
    counters.snmp = .unavailable(.init("permission denied"))
    #expect(counters["TcpExt", "TW"].value == 7)
    #expect(counters["Udp", "NoPorts"] == .unavailable(.init("permission denied")))
  }

  @Test func thisKernelHasTheOldCounters() {
    let counters = Netstat.read(HostRoot())
    for name in ["TW", "TWRecycled", "ListenOverflows", "ListenDrops"] {
      #expect(counters["TcpExt", name].value != nil)
    }
    for name in ["ActiveOpens", "PassiveOpens"] { #expect(counters["Tcp", name].value != nil) }
  }

  @Test func connectionTrackingCountsForEachProcessor() {
    let text = """
      entries  clashres found new invalid ignore delete chainlength insert insert_failed drop
      0000001f  00000000 00000003 00000000 00000000 00000000 00000000 00000000 00000000 0000000a 0000000b
      0000001f  00000000 00000004 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff x

      """
    let counters = Netstat.parseConntrack(text)
    #expect(counters["found"] == 7)
    #expect(counters["insert_failed"] == 0x1_0000_0009)
    // It is there, and no number.
    #expect(counters["drop"] == .some(nil))
    #expect(counters["early_drop"] == nil)
    let file = Netstat(counters: ["Conntrack": counters], origin: origin)
    var reading = NetstatReading.unavailable(.init("not read"))
    reading.conntrack = .value(file, origin)
    #expect(reading["Conntrack", "insert_failed"] == .value(0x1_0000_0009, origin))
    #expect(
      reading["Conntrack", "early_drop"]
        == .absent("this kernel does not count Conntrack.early_drop"))
    #expect(Netstat.parseConntrack("").isEmpty)
    #expect(Netstat.parseConntrack("entries\n").isEmpty)
  }

  @Test func growth() {
    let delta = NetstatDelta(
      from: reading("TcpExt: TW ListenDrops PAWSEstab\nTcpExt: 7 5 1\n"),
      to: reading("TcpExt: ListenDrops TW\nTcpExt: 4 10\n"), seconds: 2)
    #expect(delta.seconds.value == 2)
    #expect(delta.isSinceLastRun.value == false)
    #expect(delta.netstat.growth("TcpExt", "TW") == .value(3, .derived([origin])))
    #expect(
      delta.netstat.growth("TcpExt", "ListenDrops")
        == .unavailable(.init("ListenDrops went back from 5 to 4")))
    #expect(
      delta.netstat.growth("TcpExt", "PAWSEstab")
        == .absent("this kernel does not count TcpExt.PAWSEstab"))
  }

  @Test func withoutASecondSampleNothingIsUnknown() {
    #expect(
      NetstatDelta.notSampled.netstat.growth("TcpExt", "TW")
        == .absent("no second sample: use --sample"))
    #expect(NetstatDelta.notSampled.seconds == .absent("no second sample: use --sample"))
  }
}

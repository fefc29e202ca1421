import CEL
import Testing

@testable import HostFacts

@Suite struct UDPDropSampleTests {
  /// An unconnected socket.
  private static func socket(
    _ port: UInt16, drops: UInt64?, cookie: UInt64? = nil, inode: UInt64 = 0
  ) -> SocketRow {
    var row = SocketRow(
      transport: .udp, state: .close, localAddress: .anyIPv4, localPort: port,
      remoteAddress: .anyIPv4, remotePort: 0)
    row.drops = drops
    row.cookie = cookie
    row.inode = inode
    return row
  }

  private static func sockets(_ rows: [SocketRow]) -> Sockets {
    SocketTable.complete(rows).sockets(settings: .test(40000...40009))
  }

  private static func sample(_ rows: [SocketRow]) -> UDPDropSample? {
    UDPDropSample(.value(sockets(rows), .dump("test")))
  }

  /// What each socket has dropped since, in the order of their ports.
  private static func growth(_ rows: [SocketRow], since earlier: UDPDropSample?) -> [Reading<Int>] {
    sockets(rows).withDrops(since: earlier).boundUDP.elements.map(\.dropsGrowth)
  }

  @Test func tellsWhatEachGroupHasDroppedSince() throws {
    let earlier = try #require(
      Self.sample([
        Self.socket(53, drops: 5, cookie: 1), Self.socket(53, drops: 0, cookie: 2),
        Self.socket(514, drops: 9, cookie: 3),
      ]))
    #expect(earlier == UDPDropSample(hasCookies: true, sockets: ["1": 5, "3": 9]))
    let growth = Self.growth(
      [
        Self.socket(53, drops: 7, cookie: 1), Self.socket(53, drops: 4, cookie: 2),
        Self.socket(514, drops: 9, cookie: 3),
        // One that was opened since.
        Self.socket(1900, drops: 20, cookie: 4), Self.socket(5353, drops: 0, cookie: 5),
      ], since: earlier)
    #expect(growth.map(\.value) == [6, 0, 20, 0])
    guard case .value(_, .derived(let origins)) = growth[0] else {
      Issue.record("it is known, from two places")
      return
    }
    #expect(origins.contains(.dump("the last run")))
  }

  @Test func socketsWithoutCookiesAreKnownByTheirInodes() throws {
    let earlier = try #require(Self.sample([Self.socket(53, drops: 5, inode: 71)]))
    #expect(earlier == UDPDropSample(hasCookies: false, sockets: ["71": 5]))
    let later = [Self.socket(53, drops: 8, inode: 71)]
    #expect(Self.growth(later, since: earlier).map(\.value) == [3])
    let otherwise = UDPDropSample(hasCookies: true, sockets: ["71": 5])
    #expect(
      Self.growth(later, since: otherwise)
        == [.unavailable(.init("the last run read the sockets in another way"))])
  }

  /// One that was not kept would have dropped everything since.
  @Test func whatIsNotKnownOfAllIsNotKept() {
    let most = UDPDropSample.most
    let many = (1...most).map { Self.socket(53, drops: 1, cookie: UInt64($0)) }
    #expect(Self.sample(many)?.sockets.count == most)
    #expect(Self.sample(many + [Self.socket(54, drops: 0, cookie: 0)])?.sockets.count == most)
    #expect(Self.sample(many + [Self.socket(54, drops: 1, cookie: 0)]) == nil)
    #expect(Self.sample([Self.socket(53, drops: nil, cookie: 1)]) == nil)
    #expect(
      Self.sample([
        Self.socket(53, drops: 1, cookie: 1), Self.socket(54, drops: 1, inode: 71),
      ]) == nil)
    var part = Self.sockets([Self.socket(53, drops: 1, cookie: 1)])
    part.boundUDP.rest = .init("did not answer")
    #expect(UDPDropSample(.value(part, .dump("test"))) == nil)
    #expect(UDPDropSample(.absent("none")) == nil)
    #expect(Self.sample([])?.sockets == [:])
  }

  @Test func whereItWasNotKeptWhatHasDroppedSomeIsNotKnown() {
    let why = "the last run did not keep what UDP sockets had dropped"
    let growth = Self.growth(
      [
        Self.socket(53, drops: 0, cookie: 1), Self.socket(514, drops: 1, cookie: 2),
      ], since: nil)
    #expect(growth == [.absent(why), .unavailable(.init(why))])
  }

  @Test func aHostileStateIsNoTrap() {
    let earlier = UDPDropSample(
      hasCookies: true, sockets: ["1": .min, "2": .max, "x": 3, "3": -1])
    let growth = Self.growth(
      (1...3).map { Self.socket(UInt16($0), drops: .max, cookie: UInt64($0)) }, since: earlier)
    let most = Int(UInt32.max)
    #expect(growth.map(\.value) == [most, 0, most])
  }
}

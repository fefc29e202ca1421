import CEL
import Reports
import TestSupport
import Testing

@Suite struct FactsDocumentTests {
  private static func object(_ type: String, _ fields: [String: Field]) -> Value {
    .object(ObjectValue(typeName: type, fields: fields))
  }

  private static func listener(_ port: Int64) -> Value {
    object(
      "Listener",
      [
        "port": .value(.int(port), nil), "address": .value(.string("0.0.0.0"), nil),
        "unit": .absent("no unit owns it"),
        "reuse_address": .unavailable(
          Missing(reason: "permission denied", grant: "CAP_SYS_PTRACE")),
      ])
  }

  private static func proc(_ path: String) -> Origin { .file(.init(path: "/proc/sys/" + path)) }

  private static var raw: Value {
    var map = MapValue()
    map.insert(
      .init(key: .string("vendor.key"), value: .string("a\u{1b}b"), origin: proc("vendor/key")))
    return .map(map)
  }

  private static let document = FactsDocument(
    tool: .init(version: "0.1.0"), host: .init(name: "web1", kernel: "6.18.44"), mode: .live,
    started: "2026-01-31T09:00:00Z",
    sources: [
      .init(name: "/proc/sys/net/ipv4/tcp_tw_reuse", state: .read),
      .init(name: "/proc/net/sockstat6", state: .absent("IPv6 is off")),
      .init(
        name: "sock_diag: TCP over IPv4",
        state: .unavailable(reason: "netlink refused", grant: "AF_NETLINK")),
    ],
    facts: Activation([
      "sysctl": .value(
        object(
          "Sysctl",
          [
            "net": .value(
              object(
                "SysctlNet",
                [
                  "tcp_tw_reuse": .value(.int(2), proc("net/ipv4/tcp_tw_reuse")),
                  "ip_local_port_range": .value(
                    portRange(32768, 60999), proc("net/ipv4/ip_local_port_range")),
                  "tcp_tw_reuse_delay": .absent("added in Linux 6.14; this kernel is 6.1"),
                  "reserved": .value(
                    .intSet(IntegerSet([8080...8081])), proc("net/ipv4/ip_local_reserved_ports")),
                ]), nil)
          ]), nil),
      "sysctl_raw": .value(raw, nil),
      "sockets": .value(
        object(
          "Sockets",
          [
            "listeners": .value(
              .list([
                listener(80), listener(443),
                .unknown(
                  Unknown([Missing(reason: "descriptor scan stopped")])),
              ]), .dump("sock_diag: TCP over IPv4")),
            "none": .value(.list([]), nil),
          ]), nil),
      "netstat": .unavailable(Missing(reason: "permission denied", grant: "CAP_SYS_PTRACE")),
    ]),
    schema: Schema(objects: [
      "Listener": .init(
        name: "Listener", documentation: "",
        fields: ["address", "port", "reuse_address", "unit"].map {
          .init(name: $0, type: .string, documentation: "")
        })
    ]))

  @Test func textLooksAsReviewed() {
    Golden.expect(
      String(decoding: Self.document.text(), as: UTF8.self), matches: "reports/facts.txt")
  }

  @Test func jsonLooksAsReviewedAndFollowsItsSchema() throws {
    let bytes = Self.document.json()
    Golden.expect(String(decoding: bytes, as: UTF8.self), matches: "reports/facts.json")
    let schema = try Schemas.named("sockwise.facts-1")
    #expect(schema.violations(of: try ParsedJSON(bytes)) == [])
  }

  @Test func fieldsOfAListHaveTheOriginOfTheList() throws {
    let document = try ParsedJSON(Self.document.json())
    let listener = document["facts"]?["sockets"]?["listeners"]?[0]
    #expect(listener?["port"]?["value"] == .integer(80))
    #expect(listener?["port"]?["origin"]?["source"] == .string("sock_diag: TCP over IPv4"))
  }
}

import CEL
import Rules
import Testing

@testable import Reports

@Suite struct ValueTextTests {
  @Test(arguments: [
    (Value.double(97.5), "97.5"),
    (.double(33.333_333), "33.33"),
    (.double(200), "200"),
    (.double(-0.001), "0"),
    (.double(1e300), "1e+300"),
    (.double(.infinity), "infinite"),
    (.duration(.milliseconds(61800)), "61.8 s"),
    (.intSet(IntegerSet()), "none"),
    (.intSet(IntegerSet([1...1, 3...5])), "1,3-5"),
    (.list([.int(1), .string("a")]), "[1, a]"),
    (.unknown(Unknown([])), "?"),
    (portRange(32768, 60999), "32768 60999"),
  ])
  func describes(value: Value, expected: String) {
    #expect(ValueText.describe(value) == expected)
  }

  @Test(
    arguments: [
      (Value.int(2), "2"),
      (.bool(true), "1"),
      (.list([.int(4096), .int(131072), .int(6_291_456)]), "4096 131072 6291456"),
      (portRange(1, 2), "1 2"),
      (.intSet(IntegerSet([8080...8081])), "8080-8081"),
      (.double(1.5), nil),
      (.list([.int(1), .null]), nil),
    ] as [(Value, String?)])
  func spellsAsTheKernelDoes(value: Value, expected: String?) {
    #expect(ValueText.kernelSpelling(value) == expected)
  }

  @Test(arguments: [
    (Origin.file(.init(path: "/proc/sys/net/core/somaxconn")), "/proc/sys/net/core/somaxconn"),
    (.file(.init(path: "/etc/a.conf", line: 3, column: 5)), "/etc/a.conf:3:5"),
    (.dump("sock_diag: TCP over IPv4"), "sock_diag: TCP over IPv4"),
    (.defaultValue("Linux 6.1"), "default of Linux 6.1"),
    (.derived([]), "derived"),
    (
      .derived([.dump("sock_diag: TCP over IPv4"), .derived([.dump("sock_diag: TCP over IPv6")])]),
      "derived from sock_diag"
    ),
    (
      .derived("abcde".map { .file(.init(path: "/\($0)")) }),
      "derived from /a, /b and 3 more"
    ),
    (
      .derived([.file(.init(path: "/proc/sys/net/ipv4/tcp_tw_reuse"))]),
      "derived from net.ipv4.tcp_tw_reuse"
    ),
  ])
  func describesOrigins(origin: Origin, expected: String) {
    #expect(origin.text == expected)
  }
}

func portRange(_ first: Int64, _ last: Int64) -> Value {
  .object(
    ObjectValue(
      typeName: "PortRange",
      fields: [
        "first": .value(.int(first), nil), "last": .value(.int(last), nil),
        "size": .value(.int(last - first + 1), nil),
      ]))
}

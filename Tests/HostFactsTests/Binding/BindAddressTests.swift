import Testing

@testable import HostFacts

@Suite struct BindAddressTests {
  @Test(arguments: [
    ("0.0.0.0:80", "0.0.0.0:80"), ("127.0.0.1:080", "127.0.0.1:80"), ("[::]:80", "[::]:80"),
    ("[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80"), ("[::1]:0", "[::1]:0"),
    ("127.0.0.53%lo:53", "127.0.0.53%lo:53"), ("[fe80::1%eth0]:80", "[fe80::1]%eth0:80"),
    ("[::1]%lo:53", "[::1]%lo:53"), ("[FE80::1]%eth0.100:80", "[fe80::1]%eth0.100:80"),
    ("80", "[::]:80"), (":80", "[::]:80"), ("*:80", "[::]:80"), ("*%lo:80", "[::]%lo:80"),
  ]) func isRead(_ text: String, _ expected: String) throws {
    let address = try BindAddress(parsing: text)
    #expect(address.description == expected)
    #expect(address.isAnyFamily == (text.hasPrefix("*") || "80:80".hasSuffix(text)))
    #expect(address.family == (expected.hasPrefix("[") ? .ipv6 : .ipv4))
    #expect(try BindAddress(parsing: expected).description == expected)
  }

  @Test(arguments: [
    ("", "an address and port are missing"),
    ("127.0.0.1", "a port is missing; write 127.0.0.1:80"),
    ("[::1]", "a port is missing; write [::1]:80"),
    ("[::1]80", "a port is missing; write [::1]:80"),
    ("127.0.0.1:", "the port behind ':' is missing"),
    ("127.0.0.1:70000", "port 70000 is above 65535"), ("70000", "port 70000 is above 65535"),
    ("127.0.0.1:http", "'http' is no port; write its number, 0 to 65535"),
    ("127.0.0.1:-1", "'-1' is no port; write its number, 0 to 65535"),
    ("[::1", "']' is missing behind the IPv6 address"),
    ("[127.0.0.1]:80", "brackets are for IPv6; write 127.0.0.1:80"),
    ("[::g]:80", "'::g' is no IPv6 address"),
    (
      "::1:80",
      "an IPv6 address needs brackets, so that its end is not taken for the port; write [::1]:80"
    ),
    (
      "::1",
      "an IPv6 address needs brackets, so that its end is not taken for the port; write [::1]:80"
    ),
    (
      "localhost:80",
      "'localhost' is a name, and names are not looked up here; write an address, 127.0.0.1:80 or "
        + "[::1]:80"
    ),
    (
      "db.example:80",
      "'db.example' is a name, and names are not looked up here; write an address"
    ),
    ("localhost", "'localhost' is neither ADDRESS:PORT nor a port"),
    ("256.0.0.1:80", "'256.0.0.1' is no IPv4 address"), ("127.1:80", "'127.1' is no IPv4 address"),
    ("http://127.0.0.1:80", "write only ADDRESS:PORT, such as 0.0.0.0:80"),
    (
      "[fe80::1]:80",
      "a link-local address needs its interface, bind() fails with EINVAL without; write "
        + "[fe80::1%eth0]:80"
    ),
    ("127.0.0.1%:80", "'' is no name of an interface"),
    ("127.0.0.1%an-interface-of-19:80", "'an-interface-of-19' is no name of an interface"),
    ("[::1%lo]%lo:80", "two devices are named"),
    (String(repeating: "1", count: 300), "an address has at most 256 bytes"),
  ]) func aMistakeIsExplained(_ text: String, _ problem: String) {
    #expect(throws: BindAddressProblem(problem)) { try BindAddress(parsing: text) }
  }
}

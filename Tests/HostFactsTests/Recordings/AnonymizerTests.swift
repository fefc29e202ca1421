import Testing

@testable import HostFacts

struct AnonymizerTests {
  private let anonymizer = Anonymizer(key: (1, 2))

  @Test func `an address in bytes is the one by itself`() {
    for address in [InetAddress.here, InetAddress(high: 0x2001_0db8 << 32, low: 0x1_0000_0002)] {
      var bytes = [UInt8](repeating: 0xee, count: 20)
      if address.isIPv4 {
        bytes.replaceSubrange(2..<6, with: [192, 0, 2, 1])
      } else {
        bytes.replaceSubrange(
          2..<18, with: [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2])
      }
      anonymizer.replace(&bytes, 2, isIPv4: address.isIPv4)
      let width = address.isIPv4 ? 4 : 16
      var number: (UInt64, UInt64) = (0, 0)
      for byte in bytes[2..<2 + width] {
        number = (number.0 << 8 | number.1 >> 56, number.1 << 8 | UInt64(byte))
      }
      let other =
        address.isIPv4
        ? InetAddress(ipv4: UInt32(number.1)) : InetAddress(high: number.0, low: number.1)
      #expect(other == anonymizer(address))
      #expect(
        bytes.prefix(2) + bytes.dropFirst(2 + width) == .init(repeating: 0xee, count: 20 - width))
    }
    var short: [UInt8] = [1, 2, 3]
    anonymizer.replace(&short, 0, isIPv4: true)
    #expect(short == [1, 2, 3])
  }

  @Test func `names keep what decides and lose the rest`() {
    #expect(anonymizer.process("systemd") == "systemd")
    #expect(anonymizer.process("nginx").hasPrefix("process-"))
    #expect(anonymizer.process("nginx").utf8.count <= 15)
    #expect(anonymizer.process("nginx") == anonymizer.process("nginx"))
    #expect(anonymizer.process("nginx") != anonymizer.process("nginy"))
    #expect(anonymizer.unit("init.scope") == "init.scope")
    #expect(anonymizer.unit("customer@7.service").hasSuffix(".service"))
    #expect(!anonymizer.unit("customer@7.service").contains("customer"))
    #expect(!anonymizer.unit("customer").contains("customer"))
    #expect(!anonymizer.unit("a.customer").contains("customer"))
    // Two instances of one template stay such.
    let instances = ["customer@7.service", "customer@8.service"].map(anonymizer.unit)
    #expect(instances[0] != instances[1])
    #expect(instances[0].prefix { $0 != "@" } == instances[1].prefix { $0 != "@" })
    #expect(
      anonymizer.unit("payer@7.service").prefix { $0 != "@" } != instances[0].prefix { $0 != "@" })
    #expect(anonymizer.interface(3, "wg-customer") == "if3")
    #expect(anonymizer.interface(1, "lo") == "lo")
  }

  @Test func `identifiers of containers go from sentences`() {
    let text = anonymizer.sentence("no unit owns it: it runs in container 0123456789ab")
    #expect(text.hasPrefix("no unit owns it: it runs in container "))
    #expect(!text.contains("0123456789ab"))
    #expect(anonymizer.sentence("added in Linux 6.8") == "added in Linux 6.8")
  }

  @Test func `files that name the host are rewritten`() {
    func file(_ path: String, _ text: String) -> String {
      String(decoding: anonymizer.file(path, Array(text.utf8)) ?? [], as: UTF8.self)
    }
    #expect(file("/proc/sys/kernel/hostname", "db1.example.org\n").hasPrefix("host-"))
    let identifier = file(
      "/proc/sys/kernel/random/boot_id", "0b5f7ad1-9d28-44f4-9d6b-2b6f3ad2b6a1\n")
    #expect(identifier.split(separator: "-").map(\.count) == [8, 4, 4, 4, 13])
    #expect(file("/proc/1/comm", "systemd\n") == "systemd\n")
    for (release, numbers) in [
      ("6.1.0-18-amd64", "6.1.0-18"), ("5.14.0-427.el9.x86_64", "5.14.0-427"),
      ("6.12.3-acme", "6.12.3"), ("6.19-rc1", "6.19"),
    ] { #expect(file("/proc/sys/kernel/osrelease", "\(release)\n") == "\(numbers)\n") }
    #expect(
      file("/proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n") == "4096\t131072\t6291456\n")
  }

  @Test func `what rules ask for is kept where it is but numbers`() {
    func isKept(_ path: String, _ text: String) -> Bool {
      anonymizer.file("/proc/sys/\(path)", Array(text.utf8)) != nil
    }
    #expect(isKept("kernel/domainname", "acme.example\n") == false)
    #expect(isKept("net/ipv4/tcp_fastopen_key", "5e1ec7ed-00c0ffee-5e1ec7ed-00c0ffee\n") == false)
    #expect(isKept("vm/overcommit_memory", "0\n"))
    #expect(isKept("net/ipv4/ping_group_range", "1\t0\n"))
    #expect(isKept("net/ipv4/tcp_congestion_control", "cubic\n"), "it is in the catalogue")
    #expect(isKept("net/ipv4/conf/wg-acme/rp_filter", "1\n") == false)
    #expect(isKept("net/ipv4/conf/all/rp_filter", "1\n"))
    #expect(isKept("net/ipv6/neigh/default/gc_thresh3", "1024\n"))
  }
}

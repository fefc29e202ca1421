import Glibc
import TestSupport
import Testing

/// `--anonymize` through the built binary: nothing that says whose host it is stays in any byte of
/// any file of the recording.
@Suite(.serialized) struct AnonymousRecordingTests {
  /// Private, public, unique local and public again; none has the byte 10, which grep takes for the
  /// end of a line.
  private static let addresses = [
    "192.168.77.31", "203.0.113.77", "fd12:3456:789a:1::77", "2001:db8:aced::99",
  ]
  private static let container =
    "5e1ec7ed00c0ffee5e1ec7ed00c0ffee5e1ec7ed00c0ffee5e1ec7ed00c0ffee"

  /// Something to hide, as patterns of all the forms in which a file could have it.
  private struct Original: Sendable {
    var name: String
    var forms: [String]

    init(text: String) {
      name = text
      forms = ["\\Q\(text)\\E"]
    }

    init(address: String) throws {
      self.init(text: address)
      var bytes = [UInt8](repeating: 0, count: address.contains(":") ? 16 : 4)
      try #require(unsafe inet_pton(bytes.count == 4 ? AF_INET : AF_INET6, address, &bytes) == 1)
      // As in netlink's replies, and as in `/proc/net`: words of this machine in hexadecimal.
      forms.append(bytes.map { "\\x" + hexadecimal($0) }.joined())
      let words = stride(from: 0, to: bytes.count, by: 4).map { bytes[$0..<$0 + 4].reversed() }
      forms.append(words.joined().map(hexadecimal).joined())
    }
  }

  @Test(.needsNamespaces, .needsMounts, arguments: [nil, DeniedCall.netlink])
  func nothingOfTheOriginalIsLeft(_ denied: DeniedCall?) async throws {
    let directory = try TemporaryDirectory()
    let names = ["acme-payments", "acme-mailer"]
    for name in names {
      let made = unsafe symlink("/bin/sleep", directory.path(name))
      try #require(made == 0)
    }
    let (plain, anonymous) = (directory.path("plain"), directory.path("anonymous"))
    let results = try await ScratchNamespace.run(addresses: Self.addresses) { net in
      for (index, address) in Self.addresses.enumerated() {
        try net.serverWithEstablished(Endpoint(address, 8000 + index), reuseAddress: false)
        try net.serverWithTimeWait(Endpoint(address, 9000 + index), reuseAddress: true)
        _ = try net.bindUDP(Endpoint(address, 5300 + index))
      }
      // An IPv4 connection of an IPv6 socket.
      let dual = try net.listen(Endpoint("::", 7000))
      _ = try net.connect(to: dual, at: Endpoint(Self.addresses[0], 7000))
      let holders = try names.map { name in
        let listener = try net.listen(Endpoint(Self.addresses[0], 6000 + name.utf8.count))
        defer { listener.close() }
        return try net.start(directory.path(name), ["600"], holding: [listener]).pid
      }
      if let denied { try net.deny(denied) }
      for (file, text) in Self.configuration {
        try TextFile.write(text, to: directory.path("etc/\(file)"))
      }
      let dead = unsafe symlink(
        "/srv/acme-gone.conf", directory.path("etc/sysctl.d/60-acme-dead.conf"))
      try #require(dead == 0)
      // A host, a namespace, a unit and a container with names of their own.
      let script = """
        mount -t tmpfs none /run; mkdir -p /run/netns /run/systemd/system
        touch /run/netns/acme-blue
        mount --bind /proc/self/ns/net /run/netns/acme-blue
        echo '0::/system.slice/acme-billing@7.service' >/run/unit
        mount --bind /run/unit /proc/\(holders[0])/cgroup
        echo '0::/docker/\(Self.container)' >/run/container
        mount --bind /run/container /proc/\(holders[1])/cgroup
        cp -a /etc /run/etc; cp -r \(directory.path("etc"))/. /run/etc; mount --bind /run/etc /etc
        exec unshare --uts sh -euc 'hostname acme-db-1; exec "$@"' sh "$@"
        """
      return try [["--record", plain], ["--record", anonymous, "--anonymize"]].map {
        try BuiltBinary.run(["audit"] + $0, through: script, ownMounts: true)
      }
    }
    for result in results {
      #expect(result.errors == "")
      #expect(result.status == 1)
    }
    let boot = try TextFile.read("/proc/sys/kernel/random/boot_id").filter { $0 != "\n" }
    var originals = try Self.addresses.map { try Original(address: $0) }
    // An unreadable Netlink says nothing of who holds sockets, but `/proc` does.
    originals += (names + ["acme-db-1", "acme-blue", "acme-billing", boot]).map(
      Original.init(text:))
    originals.append(Original(text: String(Self.container.prefix(12))))
    originals += Self.planted.map(Original.init(text:))
    for original in originals {
      #expect(
        try Self.files(with: original, below: plain) != "", "\(original.name) is not recorded")
      #expect(try Self.files(with: original, below: anonymous) == "", "\(original.name) is left")
    }
    #expect(try Self.files(with: Original(text: "acme"), below: anonymous) == "")
    let found = try Subprocess(program: "/usr/bin/find", arguments: [anonymous]).run().output
    #expect(found.contains("/etc/sysctl.d/0"))
    #expect(!found.contains("acme"))
    // Of these not even a recording with names has anything.
    for secret in Self.secrets {
      let original = Original(text: secret)
      #expect(try Self.files(with: original, below: directory.path("etc")) != "")
      #expect(try Self.files(with: original, below: plain) == "", "\(secret) is recorded")
      #expect(try Self.files(with: original, below: anonymous) == "", "\(secret) is left")
    }
    let replayed = try BuiltBinary.run(["audit", "--root", anonymous])
    #expect(replayed.status == 1)
    #expect(replayed.errors == "")
    // What the configuration says of parameters that all hosts have is told.
    let json = ["facts", "--format", "json", "--root"]
    let facts = try [plain, anonymous].map { try BuiltBinary.run(json + [$0]).output }
    for value in ["61", "62", "63"] {
      #expect(facts.allSatisfy { $0.contains("\"value\": \"\(value)\"") })
    }
    // So is a link to nothing, which a recording has no links for.
    #expect(facts[0].contains("it is a link to '/srv/acme-gone.conf', which is not there"))
    #expect(facts[1].contains("it is a link to what is not there"))
  }

  /// Files below `/etc`. Two lines of each are for everybody: the kernel knows the parameters.
  private static let configuration = [
    "sysctl.d/50-acme-customer.conf": """
    # for acme-gateway.example, 203.0.113.77
    net.ipv4.tcp_fin_timeout = 61
    net.ipv4.conf.wg-acme.rp_filter = 2
    net.ipv4.conf.all.rp_filter = 2
    net.ipv4.acme_made_up = 1
    net.ipv4.tcp_fastopen_key = 0ace0ace-0ace0ace-0ace0ace-0ace0ace
    kernel.domainname = acme-domain.example
    net.ipv4.tcp_keepalive_time = 600 # of the acme-balancer
    acme-nonsense
    """,
    "tmpfiles.d/acme.conf": """
    f /etc/acme/token 0600 acme-user acme-user - hunter2-secret
    w /proc/sys/net/ipv4/tcp_fin_timeout - acme-owner acme-owner - 62
    """,
    "tuned/active_profile": "acme-profile",
    "tuned/acme-profile/tuned.conf": """
    [main]
    summary=acme-summary
    [sysctl]
    net.ipv4.tcp_fin_timeout = 63
    [acme-section]
    type=script
    """,
  ]
  private static let planted = [
    "acme-gateway", "wg-acme", "acme_made_up", "acme-domain", "acme-balancer", "acme-nonsense",
    "acme-owner", "acme-profile", "acme-summary", "acme-section", "acme-gone",
  ]
  private static let secrets = ["hunter2-secret", "0ace0ace"]

  /// Files in which one of the forms stands, bytes of any kind around it.
  private static func files(with original: Original, below path: String) throws -> String {
    let grep = Subprocess(
      program: "/bin/grep",
      arguments: ["-rliaP", "-e", original.forms.joined(separator: "|"), path])
    let result = try grep.run()
    #expect(result.errors == "")
    return result.output
  }
}

private func hexadecimal(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

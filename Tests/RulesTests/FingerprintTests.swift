import Testing

@testable import Rules

@Suite struct FingerprintTests {
  private func fingerprint(
    _ rule: String = "rule", scope: String = "", parts: KeyValuePairs<String, String?> = [:]
  ) -> String {
    Fingerprint.of(
      rule: rule, scope: scope, identity: Identity(parts: parts.map { .init(name: $0, value: $1) }))
  }

  /// Baselines and alerts hold these: they never change.
  @Test func staysTheSame() {
    #expect(fingerprint() == "edbf110bdde70aab565ff308fe119941")
    #expect(
      fingerprint(
        "listener-without-reuseaddr", parts: ["protocol": "tcp", "address": "::", "port": "80"])
        == "86c4db3b124b26d6db16f7eb42a526ae")
    #expect(fingerprint("tw-reuse-needed", scope: "web") == "c99353b6829878aad7e97627b9108d99")
  }

  @Test func dependsOnEachPart() {
    let all = [
      fingerprint(), fingerprint("rules"), fingerprint(scope: "a"), fingerprint(parts: ["a": "b"]),
      fingerprint(parts: ["a": "c"]), fingerprint(parts: ["b": "b"]),
      fingerprint(parts: ["a": "", "b": "b"]),
      fingerprint(parts: ["ab": ""]), fingerprint(parts: ["a": "b", "c": "d"]),
      fingerprint(parts: ["a": "bc", "": "d"]),
    ]
    #expect(Set(all).count == all.count)
    #expect(all.allSatisfy { $0.utf8.count == 32 })
  }

  @Test func ignoresPartsThatAreMissing() {
    #expect(fingerprint(parts: ["a": "b", "device": nil]) == fingerprint(parts: ["a": "b"]))
  }

  @Test(
    arguments: [
      (["protocol": "tcp", "address": "0.0.0.0", "port": "80"], "x:tcp:0.0.0.0:80"),
      (["protocol": "tcp", "address": "::", "port": "80", "uid": "0"], "x:tcp:[::]:80"),
      (
        ["protocol": "udp", "address": "fe80::1", "port": "5", "device": "eth0"],
        "x:udp:[fe80::1]%eth0:5"
      ),
      (
        ["local_address": "192.0.2.1", "address": "192.0.2.7", "port": "5432"],
        "x:192.0.2.1>192.0.2.7:5432"
      ),
      (["local_address": "2001:db8::1", "address": "::1", "port": "1"], "x:[2001:db8::1]>[::1]:1"),
      (["name": "api.service"], "x:api.service"),
      (["address": nil, "port": "80"], "x:?:80"),
      (
        ["path": "etc/sysctl.d/60-net.conf", "key": "net.core.somaxconn"],
        "file:etc/sysctl.d/60-net.conf:net.core.somaxconn"
      ),
    ] as [(KeyValuePairs<String, String?>, String)])
  func spellsSubjects(_ parts: KeyValuePairs<String, String?>, _ subject: String) {
    let identity = Identity(parts: parts.map { .init(name: $0, value: $1) })
    #expect(identity.subject(kind: "x") == subject)
  }
}

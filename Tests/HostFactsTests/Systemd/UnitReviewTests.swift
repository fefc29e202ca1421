import CEL
import Testing

@testable import HostFacts

/// Bare files of a repository.
@Suite struct UnitReviewTests {
  private func review(_ files: [String: String], version: Int? = nil) -> [Unit] {
    Units.review(
      files.sorted { $0.key < $1.key }.map { .init(path: $0.key, content: Array($0.value.utf8)) },
      version: version
    ).units.elements
  }

  @Test func aUnitWithItsDropIns() throws {
    let units = review([
      "etc/systemd/system/web.service.d/50-x.conf":
        "[Service]\nRestartSec=2min\nLimitNOFILE=10:20\n",
      "usr/lib/systemd/system/web.service":
        "[Unit]\nAfter=network-online.target\n[Service]\nExecStart=/bin/web --port 80\nRestart=always\n",
      "usr/lib/systemd/system/web.socket":
        "[Socket]\nListenStream=80\nListenDatagram=127.0.0.1:53\n",
      "etc/systemd/system/README": "no unit",
    ])
    #expect(units.map(\.name) == ["web.service", "web.socket"])
    let web = try #require(units.first)
    #expect(web.loadState == .loaded)
    #expect(web.dropIns == ["etc/systemd/system/web.service.d/50-x.conf"])
    #expect(web.dependencies.after == ["network-online.target"])
    let service = try #require(web.service.value)
    #expect(service.restart.value == "always")
    #expect(service.type.value == "simple")
    #expect(service.restartDelay.value == .seconds(120))
    #expect(
      service.restartDelay.origin
        == .file(
          CEL.SourceLocation(
            path: "etc/systemd/system/web.service.d/50-x.conf", line: 2, column: 12, endColumn: 16))
    )
    #expect(service.killMode.origin == .defaultValue("systemd"))
    #expect(service.sockets == ["web.socket"])
    #expect(service.openFiles.value == ResourceLimit(soft: 10, hard: 20))
    #expect(service.startLimitInterval.value == .seconds(10))
    let socket = try #require(units.last?.socket.value)
    #expect(socket.listen.map(\.family) == ["ipv6", "ipv4"])
    #expect(socket.listen.map(\.port.value) == [80, 53])
    #expect(socket.listen.map(\.isPortOnly) == [true, false])
    #expect(socket.service.value == "web.service")
  }

  /// systemd takes an empty file for a mask.
  @Test(arguments: ["", "[Socket]\nListenStream=80\n"])
  func aTemplateHasItsOwnName(text: String) throws {
    let unit = try #require(review(["lib/a-b@.socket": text]).first)
    #expect(unit.names == ["a-b@.socket"])
    #expect(unit.loadState == (text.isEmpty ? .masked : .template))
  }

  @Test func settingsInTheWrongPlace() throws {
    let text =
      "[Service]\nExecStart=/bin/x\nStartLimitIntervalSec=0\nStartLimitInterval=7\nRestartSteps=3\nRestart=maybe\nBogus=1\nX-Own=1\n"
    let problems = try #require(review(["x.service": text], version: 252).first).problems
    #expect(
      problems.map { "\($0.kind.rawValue) \($0.name) \($0.location.line ?? 0)" } == [
        "misplaced StartLimitIntervalSec 3", "newer RestartSteps 5", "invalid Restart 6",
        "unknown Bogus 7",
      ])
    #expect(problems.first?.belongsIn == "Unit")
    #expect(problems.dropFirst().first?.since == 254)
    // Of old, and still taken there.
    let service = try #require(review(["x.service": text], version: 255).first?.service.value)
    #expect(service.startLimitInterval.value == .seconds(7))
    #expect(service.restartSteps.value == 3)
    #expect(
      review(["x.service": text], version: 255).first?.problems.contains { $0.kind == .newer }
        == false)
  }

  @Test func dropInsWithoutTheirUnit() throws {
    let units = review([
      "roles/web/files/nginx.service.d/limits.conf":
        "[Service]\nLimitNOFILE=100\nStartLimitIntervalSec=1\n",
      "roles/web/files/service.d/all.conf": "[Service]\nUnheardOf=1\n",
    ])
    #expect(units.map(\.name) == ["nginx.service", "service"])
    #expect(units.allSatisfy { $0.loadState == .notFound && !$0.isEnabled })
    #expect(units.first?.service.value?.openFiles.value?.soft == 100)
    #expect(units.map(\.problems.first?.kind) == [.misplaced, .unknown])
    #expect(
      units.first?.problems.first?.location.path == "roles/web/files/nginx.service.d/limits.conf")
  }

  @Test func linksOfARepository() throws {
    let text = Array("[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n".utf8)
    let units = Units.review([
      .init(path: "image/usr/lib/systemd/system/x.service", content: text),
      .init(
        path: "image/etc/systemd/system/multi-user.target.wants/x.service",
        linkTo: "/usr/lib/systemd/system/x.service"),
      .init(path: "image/etc/systemd/system/alias.service", linkTo: "x.service"),
      .init(path: "image/usr/lib/systemd/system/y.service", content: text),
      .init(path: "image/etc/systemd/system/y.service", linkTo: "/dev/null"),
    ]).units.elements
    #expect(units.map(\.name) == ["x.service", "y.service"])
    #expect(units.map(\.loadState) == [.loaded, .masked])
    #expect(units.map(\.enablement) == [.enabled, .masked])
    #expect(units.map(\.isEnabled) == [true, false])
    #expect(units.first?.wantedBy == ["multi-user.target"])
    #expect(units.first?.path.value == "image/usr/lib/systemd/system/x.service")
  }

  @Test func whatIsAUnitFile() {
    for path in [
      "x.service", "a/b.socket", "x.service.d/y.conf", "socket.d/y.conf",
      "t.target.wants/x.service",
    ] {
      #expect(Units.isUnitFile(path), "\(path)")
    }
    for path in [
      "x.timer", "x.conf", "x.d/y.conf", "x.service.d/.y.conf", "x.service.d/y.txt", "x.service/y",
      "@.service",
    ] {
      #expect(!Units.isUnitFile(path), "\(path)")
    }
  }

  @Test func commandsAreSplit() throws {
    let unit = try #require(
      review([
        "x.service":
          "[Service]\nType=oneshot\nExecStartPre=-/sbin/sysctl -w \"net.core.somaxconn=1 2\" ; /bin/b %p\nExecStart=\nExecStart=/bin/c\n"
      ]).first)
    let commands = unit.commands
    #expect(commands.map(\.setting) == ["ExecStart", "ExecStartPre", "ExecStartPre"])
    #expect(commands.map(\.program) == ["/bin/c", "/sbin/sysctl", "/bin/b"])
    #expect(
      commands.dropFirst().first?.arguments == ["/sbin/sysctl", "-w", "net.core.somaxconn=1 2"])
    #expect(commands.dropFirst().first?.ignoresFailure == true)
    #expect(commands.last?.arguments == ["/bin/b", "x"])
  }
}

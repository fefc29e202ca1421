import CEL
import JSON
import Testing

@testable import HostFacts

@Suite struct UnitExcerptTests {
  private func excerpt(_ text: String) -> String? { UnitExcerpt(of: Array(text.utf8))?.text }

  @Test func secretsGo() {
    let text = """
      # token: hunter2
      [Unit]
      Description=The hunter2 service
      After=network.target
      [Service]
      Environment=PASSWORD=hunter2 \\
        OTHER=hunter2
      EnvironmentFile=/etc/hunter2
      ExecStart=/usr/bin/api --password hunter2
      ExecStartPre=-/sbin/sysctl -w net.ipv4.tcp_tw_reuse=1
      ExecStartPre=/sbin/sysctl -w net.ipv4.tcp_fastopen_key=1-2-3-hunter2
      Restart=always
      Hunter2=hunter2
      ExecStartPre=/bin/sh -c "sysctl -w net.core.somaxconn=4096; curl -H hunter2"
      ExecStartPre=-/bin/sh -c 'sysctl -q -w net.core.somaxconn=4096'
      ExecStartPre=sysctl -w "net.ipv4.tcp_rmem=4096 131072 6291456" kernel.core_pattern=|/bin/x\\x20hunter2
      ExecStartPost=PASSWORD=hunter2 /usr/bin/api
      [X-Hunter]
      Key=hunter2
      [Unit]
      ExecStart=/usr/bin/api hunter2
      [Install]
      WantedBy=multi-user.target
      Environment=TOKEN=hunter2
      ExecStart=/usr/bin/api hunter2
      """
    #expect(
      excerpt(text) == """

        [Unit]

        After=network.target
        [Service]



        ExecStart=/usr/bin/api
        ExecStartPre=-/sbin/sysctl -w net.ipv4.tcp_tw_reuse=1
        ExecStartPre=/sbin/sysctl -w
        Restart=always
        Hunter2=
        ExecStartPre=/bin/sh
        ExecStartPre=-/sbin/sysctl -q -w net.core.somaxconn=4096
        ExecStartPre=/sbin/sysctl -w "net.ipv4.tcp_rmem=4096 131072 6291456"
        ExecStartPost=name
        [X-Hunter]

        [Unit]
        ExecStart=
        [Install]
        WantedBy=multi-user.target
        Environment=
        ExecStart=

        """)
  }

  @Test func linesKeepTheirPlaces() {
    #expect(
      excerpt("[Service]\n\n  ExecStart = @/bin/a argv0 x ; +/bin/b y\n")
        == "[Service]\n\n  ExecStart=@/bin/a name ; +/bin/b\n")
    // A comment between lines that are joined; the excerpt joins them too.
    #expect(
      excerpt("[Unit]\nAfter=a.service \\\n# secret\n b.service\n")
        == "[Unit]\nAfter=a.service \\\n#\n b.service\n")
    #expect(
      excerpt("[Service]\nStartLimitIntervalSec=30\n[Unit]\nListenStream=1\n")
        == "[Service]\nStartLimitIntervalSec=30\n[Unit]\nListenStream=1\n")
    #expect(
      excerpt("[Service]\nno secret\n=secret\nRestart=no\n") == "[Service]\n-\n=\nRestart=no\n")
    #expect(excerpt("Restart=secret\n") == "Restart=\n")
    // An empty one would be a mask.
    #expect(excerpt("# secret\n") == "#\n")
    #expect(excerpt("[Service]\n[secret\nRestart=no\n") == "[Service]\n[\n")
    #expect(
      excerpt("[Service]\nExecStart=\"/a b\" secret\nExecStart=\n")
        == "[Service]\nExecStart=\"/a b\"\nExecStart=\n")
  }

  @Test func whatSystemdCannotReadItCannotReadInTheExcerpt() throws {
    let broken = Array("[Service]\nRestart=no\nsecret=".utf8) + [0xff, 0x0a]
    let text = try #require(UnitExcerpt(of: broken)?.text)
    #expect(!text.contains("secret"))
    let failure = UnitFile(path: "", Array(text.utf8)).failure
    #expect(failure?.message == "the line is not valid UTF-8" && failure?.location.line == 3)
    let long = Array("[Service]\nX=".utf8) + [UInt8](repeating: 0x61, count: 1 << 20)
    #expect(UnitExcerpt(of: long) != nil)
    #expect(UnitExcerpt(of: long)?.text == nil)
  }
}

/// Units of a recording are those of the host.
@Suite struct RecordedUnitsTests {
  /// All that is said of units, but for arguments of their commands, and what is wrong with these.
  private func units(_ files: any UnitFiles) -> [String] {
    let assembly = UnitAssembly(UnitSearchPath.system, files, version: 252)
    let units = assembly.units(assembly.names(), bareDropIns: false, deadline: nil).units
    return units.elements.map { unit in
      var unit = unit
      for index in unit.commands.indices {
        unit.commands[index].text = ""
        unit.commands[index].arguments = []
        unit.commands[index].location = SourceLocation(path: unit.commands[index].location.path)
      }
      if case .value(var service, let origin) = unit.service {
        service.execStart = service.execStart.map { _ in "" }
        unit.service = .value(service, origin)
      }
      for index in unit.problems.indices {
        if unit.problems[index].name.hasPrefix("Exec") {
          unit.problems[index].message = ""
          unit.problems[index].value = ""
        }
        unit.problems[index].location.endColumn = nil
        // Of settings that systemd does not know.
        if [.syntax, .unknown].contains(unit.problems[index].kind) {
          unit.problems[index].value = ""
        }
      }
      return "\(unit)"
    } + ["\(String(describing: units.rest))"]
  }

  @Test func madeUpTreesAreTheSame() throws {
    let scratch = ScratchDirectory()
    var count = 0
    for seed in 1...400 {
      let tree = UnitTree(seed: UInt64(seed), tag: "u\(seed)")
      try tree.write(below: scratch.path)
      defer { tree.remove(below: scratch.path) }
      let files = ObservedUnitFiles(HostUnitFiles(HostRoot(scratch.path)))
      let expected = units(files)
      var writer = JSONWriter()
      files.recorded(version: 252, nil, gap: nil).sorted.write(to: &writer)
      let recorded = try RecordedUnits(try JSON.parse(writer.finish()))
      let replayed = units(RecordedUnitFiles(recorded))
      count += expected.count
      // From where they differ on.
      let (found, wanted) = (replayed.joined(separator: "\n"), expected.joined(separator: "\n"))
      let same = zip(found, wanted).prefix { $0 == $1 }.count
      let parts = [found, wanted].map { $0.dropFirst(max(same - 80, 0)).prefix(400) }
      #expect(parts[0] == parts[1], "tree \(seed)")
      if found != wanted { break }
    }
    #expect(count > 1000)
  }
}

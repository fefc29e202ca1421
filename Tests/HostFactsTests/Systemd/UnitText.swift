/// Texts of unit files made up from what people write, right and wrong.
struct UnitText {
  let type: String
  let tag: String
  private var count = 0

  init(type: String, tag: String) {
    self.type = type
    self.tag = tag
  }

  private var section: String { type == "service" ? "Service" : "Socket" }

  mutating func unit(_ random: inout SeededRandom) -> String {
    var lines = ["[\(section)]"]
    if type == "service" {
      if !random.chance(0.05) { lines.append("ExecStart=/bin/true") }
    } else if !random.chance(0.05) {
      lines.append("ListenStream=\(random.pick(["/run/\(tag).sock", "80", "@\(tag)"]))")
    }
    lines += body(&random, random.below(7))
    if random.chance(0.4) { lines += ["[Install]", install(&random)] }
    return finish(lines, &random)
  }

  mutating func dropIn(_ random: inout SeededRandom) -> String {
    finish(["[\(section)]"] + body(&random, 1 + random.below(4)), &random)
  }

  private func install(_ random: inout SeededRandom) -> String {
    random.pick([
      "WantedBy=\(tag)x.target", "Alias=\(tag)al.\(type)", "Also=\(tag)-b.\(type)", "WantedBy=",
      "RequiredBy=\(tag)y.target", "DefaultInstance=i", "Alias=\(tag)al@.\(type)",
    ])
  }

  private mutating func body(_ random: inout SeededRandom, _ number: Int) -> [String] {
    var lines: [String] = []
    for _ in 0..<number {
      if random.chance(0.25) {
        lines += ["[Unit]", unitLine(&random), "[\(section)]"]
      } else if random.chance(0.12) {
        lines += noise(&random)
      } else {
        lines.append(type == "service" ? serviceLine(&random) : socketLine(&random))
      }
    }
    return lines
  }

  private func unitLine(_ random: inout SeededRandom) -> String {
    let names = [
      "\(tag)z.target", "\(tag)y.target \(tag)w.target", "%p-z.target", "%n", "bad name!", "",
      "%i-q.target", "%%.target", "%z.target",
    ]
    switch random.below(4) {
    case 0: return "After=\(random.pick(names))"
    case 1: return "Conflicts=\(random.pick(names))"
    case 2: return "StartLimitIntervalSec=\(span(&random))"
    default:
      return random.pick([
        "StartLimitBurst=\(number(&random))", "StartLimitInterval=\(span(&random))",
      ])
    }
  }

  private mutating func serviceLine(_ random: inout SeededRandom) -> String {
    count += 1
    switch random.below(17) {
    case 0:
      return
        "Type=\(random.pick(["simple", "oneshot", "notify", "forking", "dbus", "Simple", "", "idle", "exec"]))"
    case 1:
      return
        "Restart=\(random.pick(["no", "always", "on-failure", "on-success", "on-abort", "", "yes", " on-abnormal", "on-watchdog"]))"
    case 2, 3: return "RestartSec=\(span(&random))"
    case 4:
      return "KillMode=\(random.pick(["mixed", "process", "none", "control-group", "", "Mixed"]))"
    case 5:
      return
        "LimitNOFILE=\(random.pick(["1000", "10:20", "20:10", "infinity", "10:infinity", "64k", "0x100", "", ":5", "5:", "infinity:5", "1:2:3", "+7", " 8", "010"]))"
    case 6: return "PrivateNetwork=\(boolean(&random))"
    case 7: return "StartLimitInterval=\(span(&random))"
    case 8: return "StartLimitBurst=\(number(&random))"
    case 9: return "StartLimitIntervalSec=\(span(&random))"
    case 10:
      return
        "Sockets=\(random.pick(["\(tag)s1.socket", "\(tag)s2.socket \(tag)s3.socket", "", "x.service", "%p-s4.socket", "\(tag)s5@.socket"]))"
    case 11: return "BusName=\(random.pick(["org.example.\(tag)", "nodots", "", "a.1b"]))"
    case 12: return "RemainAfterExit=\(boolean(&random))"
    case 13: return "ExecStart="
    default:
      return
        "\(random.pick(["ExecStart", "ExecStartPre", "ExecStartPre", "ExecStartPost", "ExecStop"]))=\(command(&random))"
    }
  }

  private mutating func socketLine(_ random: inout SeededRandom) -> String {
    count += 1
    switch random.below(15) {
    case 13:
      return
        "\(random.pick(["ReceiveBuffer", "SendBuffer"]))=\(random.pick(["8M", "64K", "1.5M", "1G 500M", "1K 1M", "", "-1", "3B", "1KB", "0x10", "12 K"]))"
    case 0...5:
      return
        "\(random.pick(["ListenStream", "ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenSpecial", "ListenNetlink"]))=\(address(&random))"
    case 6: return "Accept=\(boolean(&random))"
    case 7: return "Backlog=\(number(&random))"
    case 8:
      return
        "\(random.pick(["ReusePort", "FreeBind", "Transparent", "PrivateNetwork"]))=\(boolean(&random))"
    case 9:
      return
        "BindIPv6Only=\(random.pick(["default", "both", "ipv6-only", "yes", "no", "", "Both"]))"
    case 10:
      return
        "BindToDevice=\(random.pick(["eth0", "lo", "*", "", "a b", "all", "123", "averyveryverylongname", "x%y"]))"
    case 11:
      return "Service=\(random.pick(["\(tag)srv.service", "%p-srv.service", "x.socket", ""]))"
    case 12: return "MaxConnections=\(number(&random))"
    default: return "\(random.pick(["ExecStartPre", "ExecStopPost"]))=\(command(&random))"
    }
  }

  private func address(_ random: inout SeededRandom) -> String {
    random.pick([
      "", "80", "0", "010", "0x50", "+80", "-1", "65536", "127.0.0.1:8080", "127.0.0.1:080",
      "127.0.0.1:010", "127.1:80", "[::1]:90", "[::]:91", "[::1]:0", "*:80", "localhost:80",
      "/run/\(tag)/a", "/run//\(tag)", "/run/../x", "/var/run/\(tag)", "/", "@", "@\(tag)-%i",
      "%t/\(tag)-%n",
      "vsock:2:1234", "vsock::5", "vsock:x:5", "80 81", "\"81\"", "80 # web", "[fe80::1]:8085%%lo",
      "1.2.3.4", "::1", "::1:80", "kobject-uevent 1", "audit", "route x", "tcp:80", "0b101", "0o17",
      "%p", "%z",
      "[::ffff:1.2.3.4]:80", "01.2.3.4:5",
      "/run/\(String(repeating: "x", count: 100 + random.below(12)))",
    ])
  }

  private mutating func command(_ random: inout SeededRandom) -> String {
    count += 1
    return random.pick([
      "/bin/echo \(count)", "-/bin/false \(count)", "@/bin/echo zero \(count)", "+!/bin/true",
      "!!/bin/true a", "-@:/bin/echo x y", "/bin/echo 'a b' \"c d\"", "/bin/echo fo\"o b\"ar",
      "/bin/echo a\\x41\\tb", "/bin/echo a \\; b ; /bin/true \(count)", "/bin/a ; /bin/b ;",
      "; /bin/c",
      "echo bare", "./relative", "/bin/dir/", "/bin//x/./y", "/bin/echo 'open", "/bin/echo \\q",
      "/bin/echo %i %I %p %n %%n %N %j %t", "/bin/echo %z", "-/bin/echo %z", "",
      "/bin/echo $HOME ${X}",
      "-", "/bin/echo \"\" x", "/bin/echo \\u00e9 \\101", "/bin/echo a\\",
      "/bin/echo  two   blanks ",
      "\"/bin/echo\" q", "/bin/e\\x20f x",
    ])
  }

  private func span(_ random: inout SeededRandom) -> String {
    random.pick([
      "5", "1min 30s", "1h30", "infinity", "", "xx", "0", "1.5s", ".5s", "5 s", "-1", "1M", "1m",
      "10ms", "3us",
      "1y 2w", "1.5.5", "5min20s", "1 2 3", "+5", "5x", "infinity s", "1e3", "99999999999999", "2d",
      "1.", "0x10",
      "584542y", "2month", "7\u{b5}s",
    ])
  }

  private func number(_ random: inout SeededRandom) -> String {
    random.pick([
      "0", "5", "10", "128", "4294967295", "4294967296", "-1", "010", "0x10", "1k", "", "+3", "1 2",
    ])
  }

  private func boolean(_ random: inout SeededRandom) -> String {
    random.pick(["yes", "no", "true", "on", "1", "0", "", "YES", "t", "f", "y", "maybe", "2"])
  }

  private func noise(_ random: inout SeededRandom) -> [String] {
    switch random.below(13) {
    case 0: return ["# comment \\"]
    case 1: return ["; comment"]
    case 2: return ["Unknown=x"]
    case 3: return ["NoEquals"]
    case 4: return ["=x"]
    case 5: return ["[X-Mine]", "Type=oneshot", "[\(section)]"]
    case 6: return ["[Bogus]", "Restart=always", "Backlog=3", "[\(section)]"]
    case 7:
      return [
        "  \(type == "service" ? "Restart" : "Backlog") = \(type == "service" ? "always" : "77")  "
      ]
    case 8:
      return [
        type == "service" ? "ExecStartPre=/bin/echo a \\" : "ListenStream=\\", "# between",
        type == "service" ? "   b" : " 4321",
      ]
    case 9: return [type == "service" ? "RestartSec=\\" : "Backlog=\\", "9"]
    case 10: return [type == "service" ? "RestartSec=7\\\\" : "Backlog=7\\\\"]
    case 11: return [type == "service" ? "restart=always" : "accept=yes"]
    default: return random.chance(0.3) ? ["[Broken"] : ["\r", "\u{feff}# x"]
    }
  }

  private func finish(_ lines: [String], _ random: inout SeededRandom) -> String {
    let end = random.chance(0.1) ? "\r\n" : "\n"
    let start = random.chance(0.05) ? "\u{feff}" : random.chance(0.05) ? "Early=1\n" : ""
    return start + lines.joined(separator: end) + (random.chance(0.1) ? "" : end)
  }
}

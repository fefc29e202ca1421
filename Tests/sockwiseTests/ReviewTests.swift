import TestSupport
import Testing

/// `sockwise review` through the built binary.
@Suite struct ReviewTests {
  private static let shop = Checkout.root + "/Tests/Fixtures/repositories/shop"

  /// Runs it in a directory.
  static func review(
    _ arguments: [String], in directory: String, as user: BuiltBinary.User = .caller
  ) throws -> Subprocess.Result {
    try BuiltBinary.run(
      ["review"] + arguments, as: user,
      through: "cd '\(directory)'; exec \"$@\"")
  }

  /// A directory with files in it, by name.
  static func repository(_ files: [String: String]) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for (name, text) in files { try TextFile.write(text, to: directory.path(name)) }
    return directory
  }

  @Test func saysWhatIsWrongInARepository() throws {
    let shop = try TemporaryDirectory(copying: Self.shop)
    let result = try Self.review([], in: shop.path)
    #expect(result.errors == "")
    #expect(result.status == 1)
    Golden.expect(result.output, matches: "repositories/shop.out")
  }

  @Test func aKernelDecidesWhatIsKnown() throws {
    let repository = try Self.repository([
      "sysctl.d/x.conf": "net.ipv4.tcp_tw_reuse_delay = 1000\n"
    ])
    let old = try Self.review(["--kernel", "6.1", "--format", "json"], in: repository.path)
    let new = try Self.review(["--kernel", "6.18", "--format", "json"], in: repository.path)
    #expect(old.output.contains("\"kernel\": \"6.1\""))
    #expect(new.output.contains("\"kernel\": \"6.18\""))
    for name in ["six", "3.10", "99.1", "6.1/99.1", "6.1 x", "6.20"] {
      #expect(try Self.review(["--kernel", name], in: repository.path).status == 2, "\(name)")
    }
    for name in ["4.18", "6.1.0-18-amd64", "7.4"] {
      #expect(try Self.review(["--kernel", name], in: repository.path).status != 2, "\(name)")
    }
    try TextFile.write("kernels: [3.10, 6.1]\n", to: repository.path(".sockwise.yaml"))
    let configured = try Self.review(["--format", "json"], in: repository.path)
    #expect(configured.status == 2)
    #expect(configured.output.contains("\"kernel\": \"6.1\""))
    #expect(
      configured.errors
        == "sockwise: .sockwise.yaml: Linux 3.10 cannot be judged; those that there are from 4.18 on can\n"
    )
    let later = try Self.review(["--kernel", "7.4", "--no-config"], in: repository.path)
    #expect(later.output.contains("is later than Sockwise's table"), "\(later.output)")
  }

  // MARK: Paths

  @Test func readsFilesThatAreNamed() throws {
    let repository = try Self.repository([
      "a.conf": "net.ipv4.tcp_timestamps = 0\n", "b.conf": "net.ipv4.tcp_timestamps = 1\n",
      "vendor/c.conf": "net.ipv4.tcp_timestamps = 0\n",
    ])
    let one = try Self.review(
      ["a.conf", "--only", "timestamps-disabled", "--fail-on", "low"], in: repository.path)
    #expect(one.status == 1)
    #expect(one.output.contains("a.conf:1"), "\(one.output)")
    let other = try Self.review(
      ["b.conf", "--only", "timestamps-disabled", "--fail-on", "low"], in: repository.path)
    #expect(other.status == 0)
    #expect(other.output.contains("reviewed 1 of 1 file: 'b.conf'"), "\(other.output)")
    let named = try Self.review(
      ["./vendor", "--only", "timestamps-disabled", "--fail-on", "low"], in: repository.path)
    #expect(named.status == 1)
    #expect(named.output.contains("vendor/c.conf:1"), "\(named.output)")
  }

  @Test func saysThatThereIsNothingToReview() throws {
    let repository = try Self.repository(["README.md": "# Nothing\n", "x.conf": "user www;\n"])
    let result = try Self.review(["--strict"], in: repository.path)
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(result.output.contains("nothing to review: none of 2 files"), "\(result.output)")
  }

  @Test func failsWhereNothingCouldBeRead() throws {
    let repository = try Self.repository(["pod.yaml": "sysctls: [\n"])
    let nothing = try Self.review([], in: repository.path)
    #expect(nothing.status == 4)
    #expect(nothing.output.contains("not read: 'pod.yaml':"), "\(nothing.output)")
    try TextFile.write("net.ipv4.tcp_timestamps = 1\n", to: repository.path("a.conf"))
    #expect(try Self.review([], in: repository.path).status == 0)
    let quiet = try Self.review(["--strict", "--quiet"], in: repository.path)
    #expect(quiet.status == 3)
    #expect(quiet.output.contains("not read: 'pod.yaml':"), "\(quiet.output)")
  }

  @Test func saysWhichFilesHaveOtherLines() throws {
    let repository = try Self.repository(["x.conf": "[app]\nnet.core.somaxconn = 1\n"])
    let result = try Self.review([], in: repository.path)
    #expect(result.output.contains("among those of kernel parameters:"))
  }

  @Test func kubeletsAndProfilesAreReviewed() throws {
    let repository = try Self.repository([
      "pod.json": #"{"kind": "Pod", "spec": {"securityContext": {"sysctls": ["#
        + #"{"name": "net.core.somaxconn", "value": "1024"},"#
        + #"{"name": "net.ipv4.tcp_tw_reuse", "value": "1"}]}}}"#,
      "kubelet.yaml": "kind: KubeletConfiguration\nallowedUnsafeSysctls: [net.core.*, vm.*]\n",
      "profiles/web/tuned.conf": "[sysctl]\nnet.core.somaxconn=>many\n",
    ])
    let result = try Self.review(["--format", "github"], in: repository.path)
    #expect(!result.output.contains("net.core.somaxconn is not on"), "\(result.output)")
    #expect(result.output.contains("net.ipv4.tcp_tw_reuse is not on the kubelet's safe list"))
    #expect(result.output.contains("'kubelet.yaml':2:36: no kubelet starts with 'vm.*' among"))
    #expect(result.output.contains("file=profiles/web/tuned.conf,line=2,col=1,endColumn=24,"))
  }

  /// Nobody is told to have a key allowed that no kernel has.
  @Test func aKeyThatIsGoneIsNothingToAllow() throws {
    let repository = try Self.repository([
      "pod.yaml": """
      spec:
        securityContext:
          sysctls:
          - {name: net.ipv4.tcp_tw_recycle, value: "0"}
          - {name: net.core.somaxcon, value: "1024"}

      """,
      "compose.yaml":
        "services: {a: {network_mode: host, sysctls: [vm.swapiness=1, net.core.a=1]}}\n",
    ])
    let report = try ParsedJSON(
      Array(Self.review(["--format", "json"], in: repository.path).output.utf8))
    #expect(
      report["findings"]?.elements?.map { $0["rule"] }
        == ["sysctl-not-namespaced", "sysctl-unknown-key", "sysctl-unknown-key", "tw-recycle-gone"]
        .map(ParsedJSON.string))
  }

  /// `hostNetwork` in a branch says nothing of the pods of the other one.
  @Test func aBranchOfATemplateIsNoFact() throws {
    let repository = try Self.repository([
      "templates/deployment.yaml": """
      spec:
        {{- if .Values.hostNetwork }}
        hostNetwork: true
        {{- end }}
        securityContext:
          sysctls:
          - name: net.ipv4.tcp_syncookies
            value: "1"
          {{- if .Values.big }}
          - name: net.core.somaxconn
            value: "many"
          {{- end }}

      """
    ])
    let result = try Self.review(["--format", "github"], in: repository.path)
    #expect(!result.output.contains("tcp_syncookies"), "\(result.output)")
    #expect(result.output.contains("'many' is not a number"), "\(result.output)")
  }

  /// Who reads `/etc/sysctl.conf` is the same question of both.
  @Test(
    arguments: [
      (["usr/lib/systemd/systemd-sysctl"], "sysctl-file-not-read"),
      (["usr/lib/systemd/systemd-sysctl", "etc/sysctl.d/99-link.conf"], "sysctl-overridden"),
      ([], "sysctl-overridden"),
    ]) func anImageIsReviewedAsItIsAudited(_ files: [String], _ rule: String) throws
  {
    let conf = "net.core.somaxconn = 8192\n"
    let image = try Self.repository([
      "etc/os-release": "ID=x\n", "etc/sysctl.conf": conf,
      "etc/sysctl.d/60-a.conf": "net.core.somaxconn = 4096\n",
    ])
    for name in files {
      try TextFile.write("", to: image.path(name))
      guard name.hasSuffix("link.conf") else { continue }
      let arguments = ["-sf", "../sysctl.conf", image.path(name)]
      _ = try Subprocess(program: "/bin/ln", arguments: arguments).run()
    }
    let only = ["--only", "sysctl-file-not-read", "--only", "sysctl-overridden", "--only"]
    let arguments = only + ["second-writer", "--format", "json"]
    let outputs = [
      try Self.review(arguments, in: image.path).output,
      try BuiltBinary.run(["audit", "--root", image.path] + arguments).output,
    ]
    for output in outputs {
      let report = try ParsedJSON(Array(output.utf8))
      #expect(report["findings"]?.elements?.map { $0["rule"] } == [.string(rule)])
    }
  }

  @Test func literalLinesOfTemplatesAreJudged() throws {
    let repository = try Self.repository([
      "roles/net/templates/60-net.conf.j2": """
      # {{ ansible_managed }}
      {% if big %}
      net.core.somaxconn = many
      {% else %}
      net.core.somaxconn = {{ somaxconn }}
      {% endif %}
      vm.swappiness 10

      """,
      "etc/sysctl.d/90-x.conf": "net.core.rmem_max = ${X}\nnet.core.somaxconn = 4096\n",
      "api.service.j2": "[Service]\nExecStart={{ x }}\nStartLimitIntervalSec=5\n",
    ])
    let result = try Self.review(["--format", "github"], in: repository.path)
    #expect(result.output.split(separator: "\n").count { $0.contains(" file=") } == 3)
    for place in [
      "file=roles/net/templates/60-net.conf.j2,line=3,",
      "file=roles/net/templates/60-net.conf.j2,line=7,", "file=api.service.j2,line=3,",
    ] {
      #expect(result.output.contains(place), "\(result.output)")
    }
    let text = try Self.review([], in: repository.path).output
    #expect(text.contains("3 settings are written by templates or variables and not judged"))
  }

  /// A unit is judged as it is there, in whichever order it and its template are read.
  @Test(arguments: [
    ["x.service.in", "x.service"], ["x.service", "x.service.in"], ["."], ["x.service"],
  ]) func aUnitGoesBeforeItsTemplate(_ paths: [String]) throws {
    let repository = try Self.repository([
      "x.service": "[Service]\nExecStart=/bin/x\n\nStartLimitIntervalSec=5\n",
      "x.service.in": "[Service]\nExecStart=@bindir@/x\n",
      "x.service.j2": "[Service]\nStartLimitIntervalSec=5\n",
    ])
    let result = try Self.review(paths + ["--format", "github"], in: repository.path)
    let found = result.output.split(separator: "\n").filter { $0.contains(" file=") }
    #expect(found.count == 1 && found[0].contains("file=x.service,line=4,"), "\(result.output)")
  }

  /// Also where two templates make it: the first by name counts.
  @Test(arguments: [["x.service.in", "x.service.j2"], ["x.service.j2", "x.service.in"]])
  func aUnitOfTwoTemplatesIsJudgedOnce(_ paths: [String]) throws {
    let repository = try Self.repository([
      "x.service.in": "[Service]\nStartLimitIntervalSec=5\n",
      "x.service.j2": "[Service]\n\nStartLimitIntervalSec=5\n",
    ])
    let result = try Self.review(paths + ["--format", "github"], in: repository.path)
    let found = result.output.split(separator: "\n").filter { $0.contains(" file=") }
    #expect(found.count == 1 && found[0].contains("file=x.service.in,line=2,"), "\(found)")
  }

  /// What to do about a value goes by what is wrong with it.
  @Test(arguments: [
    ("net.ipv4.ip_local_reserved_ports = 8080 # web", "Put the comment on a line of its own"),
    ("net.core.somaxconn = \"1\"", "Write the value without quotes."),
    ("net.netfilter.nf_conntrack_count = 1", "Delete the line; the kernel sets it itself."),
    ("net.core.somaxconn = many", "Write a value that the kernel takes"),
    ("net.ipv4.tcp_congestion_control = com/ment", "Write a value that the kernel takes"),
  ]) func whatToDoAboutARefusedValue(_ line: String, _ remedy: String) throws {
    let repository = try Self.repository(["a.conf": line + "\n"])
    let result = try Self.review(
      ["--only", "sysctl-value-refused", "--format", "json"], in: repository.path)
    let report = try ParsedJSON(Array(result.output.utf8))
    let remedies = try #require(report["findings"]?[0]?["remediation"]?.elements)
    #expect(remedies.count == 1 && result.output.contains(remedy), "\(result.output)")
  }

  @Test func longJSONIsData() throws {
    let repository = try Self.repository([
      "data.json": "[" + String(repeating: " ", count: 5 << 20) + "]",
      "a.conf": "net.ipv4.tcp_timestamps = 1\n",
    ])
    let result = try Self.review(["--strict"], in: repository.path)
    #expect(result.status == 0)
    #expect(!result.output.contains("not read"), "\(result.output)")
  }

  @Test func saysWhichPathsAreNotThere() throws {
    let repository = try Self.repository(["a.conf": "net.ipv4.tcp_timestamps = 1\n"])
    let nothing = try Self.review(["gone"], in: repository.path)
    #expect(nothing.status == 2)
    #expect(nothing.errors == "sockwise: there is no 'gone'\n")
    #expect(nothing.output == "")
    let rest = try Self.review(["gone", "a.conf"], in: repository.path)
    #expect(rest.status == 2)
    #expect(rest.output.contains("reviewed 1 of 1 file"), "\(rest.output)")
  }

  // MARK: Configuration

  @Test func followsTheConfigurationOfTheNearestDirectory() throws {
    let repository = try Self.repository([
      ".sockwise.yaml": "fail_on: low\npaths: { exclude: [old, '*.bak.conf'] }\n",
      "etc/a.conf": "net.ipv4.tcp_timestamps = 0\n",
      "etc/old/b.conf": "net.ipv4.tcp_timestamps = 1\n",
    ])
    let only = ["--only", "timestamps-disabled"]
    let inside = try Self.review(only, in: repository.path("etc"))
    #expect(inside.status == 1)
    #expect(inside.output.contains("a.conf:1"), "\(inside.output)")
    let none = try Self.review(only + ["--no-config"], in: repository.path("etc"))
    #expect(none.status == 0)
    let said = try Self.review(only + ["--fail-on", "high"], in: repository.path("etc"))
    #expect(said.status == 0)
    try TextFile.write("skip: [timestamps-disabled]\n", to: repository.path("other.yaml"))
    let other = try Self.review(
      ["--config", "other.yaml", "--fail-on", "low"], in: repository.path)
    #expect(!other.output.contains("timestamps-disabled"))
  }

  @Test func saysWhatIsWrongWithTheConfiguration() throws {
    let repository = try Self.repository([
      ".sockwise.yaml": "skip: [timestamp-disabled]\n", "a.conf": "net.ipv4.tcp_timestamps = 1\n",
    ])
    let result = try Self.review([], in: repository.path)
    #expect(result.status == 2)
    #expect(
      result.errors == """
        .sockwise.yaml:1:8: error: no rule or tag is called 'timestamp-disabled'
          skip: [timestamp-disabled]
                 ^~~~~~~~~~~~~~~~~~
          did you mean 'timestamps-disabled'?

        """)
    #expect(result.output.contains("reviewed 1 of 2 files"), "\(result.output)")
    let gone = try Self.review(["--config", "gone.yaml"], in: repository.path)
    #expect(gone.status == 2)
    #expect(gone.errors.hasPrefix("gone.yaml: error: file cannot be read"), "\(gone.errors)")
  }
}

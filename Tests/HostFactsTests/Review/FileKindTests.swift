import Testing

@testable import HostFacts

@Suite struct FileKindTests {
  @Test(arguments: [
    ("etc/sysctl.d/60-net.conf", FileKind.sysctl), ("sysctl.d/README", .sysctl),
    ("etc/sysctl.conf", .sysctl), ("usr/lib/tmpfiles.d/x.conf", .tmpfiles), ("a.service", .unit),
    ("a.socket.d/x.conf", .unit),
    ("files/99-x.conf", .conf), ("a/b.yml", .yaml), ("compose.yaml", .yaml),
    ("Dockerfile", .dockerfile), ("x/dockerfile.dev", .dockerfile), ("a.Dockerfile", .dockerfile),
    ("Containerfile", .dockerfile), ("etc/default/grub", .grub),
    ("deploy/pod.json", .json), ("etc/tuned/web/tuned.conf", .tunedProfile),
    ("etc/default/grub.d/50-x.cfg", .grub), ("grub", nil), ("x.cfg", nil), ("a.md", nil),
    (".yaml", nil), ("", nil),
    ("templates/60-net.conf.j2", .conf), ("sysctl.d/x.conf.erb", .sysctl),
    ("api.service.j2", .unit), ("values.yaml.tmpl", .yaml), ("default/grub.j2", .grub),
    ("x.j2", nil), ("_helpers.tpl", nil), ("x.service/.j2", nil), (".j2", nil),
  ])
  func knowsFilesByPath(_ path: String, _ kind: FileKind?) {
    #expect(FileKind(path: path) == kind)
  }

  @Test(
    arguments: [
      ("net.core.somaxconn = 1024\n", .sysctls),
      ("# c\n\n-net/ipv4/tcp_rmem = 1\nvm.a=1\n", .sysctls), ("-fs.file-max\n", .sysctls),
      ("net.core.somaxcon = 1\nvm.b 2\n", .sysctls), ("vm.b 2\n", .other), ("", .other),
      ("user.name = bob\n", .other), ("net.timeout = 3\nvm.memory = 4G\n", .other),
      ("# only a comment\n", .other), ("server { listen 80; }\n", .other),
      ("net.core.somaxconn = 1\nlisten 80\n", .mixed), ("[x]\nnet.core.somaxconn = 1\n", .mixed),
      ("user = www\n", .other), ("user www;\n", .other), ("network.host = 1\n", .other),
    ] as [(String, FileKind.Text)])
  func knowsSysctlsByText(_ text: String, _ expected: FileKind.Text) {
    #expect(FileKind.text(Array(text.utf8)) == expected)
  }

  @Test func looksIntoFilesBeforeTakingThemApart() {
    func matters(_ kind: FileKind, _ text: String) -> Bool { kind.mayMatter(Array(text.utf8)) }
    #expect(matters(.yaml, "a: {sysctls: []}"))
    #expect(matters(.yaml, "allowedUnsafeSysctls:"))
    #expect(!matters(.yaml, "sysct"))
    #expect(!matters(.yaml, ""))
    #expect(matters(.json, "{\"sysctls\": []}"))
    #expect(!matters(.json, "{\"node-sysctls\": \"1.0\"}"))
    #expect(matters(.tunedProfile, "[sysctl]"))
    #expect(!matters(.tunedProfile, "[cpu]"))
    #expect(matters(.unit, "[Unit]\n"))
    #expect(matters(.unit, ""))
    #expect(!matters(.unit, "<service-group/>"))
    #expect(matters(.dockerfile, "RUN echo 1 > /proc/sys/vm/x"))
  }
}

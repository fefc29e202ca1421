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

  @Test(arguments: [
    ("net.core.somaxconn = 1024\n", true), ("# c\n\n-net/ipv4/tcp_rmem = 1\nvm.a=1\n", true),
    ("-fs.file-max\n", true), ("net.core.somaxcon = 1\nvm.b 2\n", true), ("vm.b 2\n", false),
    ("user.name = bob\n", false), ("net.timeout = 3\nvm.memory = 4G\n", false), ("", false),
    ("# only a comment\n", false),
    ("server { listen 80; }\n", false),
    ("net.core.somaxconn = 1\nlisten 80\n", false), ("user = www\n", false), ("user www;\n", false),
    ("network.host = 1\n", false),
  ])
  func knowsSysctlsByText(_ text: String, _ isSysctl: Bool) {
    #expect(FileKind.looksLikeSysctl(Array(text.utf8)) == isSysctl)
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

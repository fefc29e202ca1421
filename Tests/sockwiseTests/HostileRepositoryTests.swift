import Glibc
import TestSupport
import Testing

/// Repositories that are meant to hang, exhaust or mislead a review.
@Suite struct HostileRepositoryTests {
  private func made(_ script: String) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let shell = Subprocess(
      program: "/bin/sh", arguments: ["-ec", "cd '\(directory.path)'; \(script)"])
    let made = try shell.run()
    try #require(made.status == 0, "\(made.errors)")
    return directory
  }

  private static let good = "mkdir -p sysctl.d; echo net.ipv4.tcp_timestamps=0 > sysctl.d/x.conf; "

  /// What is said of each, beside the finding of the good file.
  private static let oddities: [(make: String, notice: String)] = [
    ("truncate -s 1G sysctl.d/big.conf", "'sysctl.d/big.conf' is longer than 4194304 bytes"),
    ("truncate -s 1G big.yaml", "'big.yaml' is longer than 4194304 bytes"),
    ("head -c 4000000 /dev/zero | tr '\\0' a > sysctl.d/line.conf", ""),
    ("head -c 4000000 /dev/zero | tr '\\0' 'a' > a.service", ""),
    ("{ echo sysctl:; head -c 4000000 /dev/zero | tr '\\0' '['; } > a.yaml", "not valid YAML"),
    (
      "{ printf 'sysctls: {{ '; head -c 4000000 /dev/zero | tr '\\0' x; } > a.yaml",
      "not valid YAML"
    ),
    (
      "{ echo 'a0: &a0 [sysctl, x]'; for i in $(seq 1 40); do echo \"a$i: &a$i [*a$((i-1)), *a$((i-1)), *a$((i-1))]\"; done; } > a.yaml",
      "more than 250000 values"
    ),
    (
      "yes -- '- sysctl: {name: vm.x, value: 1}' | head -c 4000000 > a.yaml",
      "more than 250000 values"
    ),
    ("mkfifo sysctl.d/fifo.conf a.yaml Dockerfile", ""),
    ("ln -s /dev/zero sysctl.d/zero.conf; ln -s /dev/zero a.yaml", ""),
    ("ln -s . here; ln -s .. up; ln -s b a; ln -s a b; ln -s / root", ""),
    ("ln -s loop.conf sysctl.d/loop.conf", "too many symbolic links"),
    (
      "ln -s ../../../../../../etc/passwd sysctl.d/p.conf",
      "1 link is not followed, to nothing or out of what is reviewed: 'sysctl.d/p.conf' to "
    ),
    (
      "{ printf 'net.x*{'; yes ab, | head -c 1000000 | tr -d '\\n'; echo '} = 1'; } > sysctl.d/b.conf",
      "'sysctl.d/b.conf':1:1: the pattern is longer than 1024 bytes, and is not looked at"
    ),
    (
      "{ echo 'kind: KubeletConfiguration'; echo 'allowedUnsafeSysctls:'; for i in $(seq 1 1001); do echo \"  - net.a$i\"; done; } > kubelet.yaml",
      "the rest of 'kubelet.yaml', which sets or allows more than 1000 parameters"
    ),
    (
      "mkdir tmpfiles.d; yes 'w /proc/sys/net/a - - - - 1' | head -n 1001 > tmpfiles.d/a.conf",
      "the rest of 'tmpfiles.d/a.conf', which sets or allows more than 1000 parameters"
    ),
    (
      "{ printf '[Service]\\nExecStart=sysctl -w'; for i in $(seq 1 20001); do printf ' a=1'; done; } > a.service",
      "commands of units that set more than 20000 parameters"
    ),
    (
      "for i in $(seq 1 12000); do echo '# sockwise: ignore[timestamps-disable] x'; done > y; cat y sysctl.d/x.conf > sysctl.d/z.conf",
      "11980 more problems with comments for Sockwise"
    ),
    ("head -c 100000 /dev/urandom > sysctl.d/r.conf; cp sysctl.d/r.conf a.service", ""),
    ("printf 'sysctls: \\377\\376\\n' > a.yaml; printf 'net.\\377=1\\n' > sysctl.d/u.conf", ""),
    ("printf 'x' > \"$(printf 'sysctl.d/\\033[2Jred.conf')\"", ""),
    ("d=x; for i in $(seq 1 120); do d=$d/d; done; mkdir -p $d", "is deeper than 100 directories"),
    (
      "{ printf 'RUN '; for i in $(seq 1 100000); do printf 'sysctl -w vm.a=%s && ' $i; done; } > Dockerfile",
      "the rest of 'Dockerfile', which sets or allows more than 1000 parameters"
    ),
    (
      "{ printf 'services:\\n  a: {image: x, sysctls: {}, command: &c \"'; head -c 36000 /dev/zero | tr '\\0' x; printf '\"}\\n'; for i in $(seq 1 100); do echo \"  a$i: {image: x, command: *c}\"; done; } > compose.yaml",
      "the rest of 'compose.yaml', which repeats long commands many times"
    ),
  ]

  @Test(arguments: oddities)
  func theRestIsReviewed(_ oddity: (make: String, notice: String)) throws {
    let directory = try made(Self.good + oddity.make)
    let result = try ReviewTests.review(["--format", "json"], in: directory.path)
    #expect(result.errors == "")
    #expect([0, 1].contains(result.status), "\(result.status)")
    #expect(result.output.contains("sysctl:net.ipv4.tcp_timestamps"))
    #expect(result.output.contains(oddity.notice), "\(result.output.suffix(2000))")
    #expect(!result.output.contains("\u{1b}"))
    let strict = try ReviewTests.review(["--strict"], in: directory.path)
    // What is told of a link or a comment is no gap.
    let isGap = !["link", "problems"].contains { oddity.notice.contains($0) }
    if !oddity.notice.isEmpty && isGap { #expect(strict.status == 3) }
    #expect(!strict.output.contains("\u{1b}"))
  }

  @Test func leadsNowhereOutOfTheTree() throws {
    let outside = try made(Self.good)
    let directory = try made(
      "ln -s '\(outside.path)/sysctl.d' sysctl.d; mkdir -p a/sysctl.d; "
        + "ln -s '\(outside.path)/sysctl.d/x.conf' a/sysctl.d/x.conf")
    let result = try ReviewTests.review(["--format", "json"], in: directory.path)
    #expect(result.status == 0)
    #expect(!result.output.contains("sysctl:net.ipv4.tcp_timestamps"))
    #expect(
      result.output.contains(
        "1 link is not followed, to nothing or out of what is reviewed: "
          + "'a/sysctl.d/x.conf' to '\(outside.path)/sysctl.d/x.conf'"), "\(result.output)")
    #expect(result.output.contains("reviewed 1 of 1 file:"))
  }

  /// A link inside is read where there is no tree of a host; its comments are those of what was read.
  @Test func readsLinksInside() throws {
    let directory = try made(
      "mkdir -p files/sysctl.d files/common; cd files; "
        + "printf '# sockwise: ignore[timestamps-disabled] known\\nnet.ipv4.tcp_timestamps=0\\n' "
        + "> common/x; ln -s ../common/x sysctl.d/x.conf; ln -s ../../../x sysctl.d/y.conf; "
        + "ln -s /x a.yaml; ln -s sysctl.d/x.conf b.yaml; ln -s /lib/y.service x.service")
    let result = try ReviewTests.review([], in: directory.path)
    #expect(result.status == 0)
    #expect(result.output.contains("(waived by a comment:"), "\(result.output)")
    #expect(result.output.contains("2 links are not followed"), "\(result.output)")
    #expect(result.output.contains("'files/a.yaml' to '/x', 'files/sysctl.d/y.conf' to "))
  }

  @Test func readsMoreDropInsThanAnyoneHas() throws {
    let directory = try made(
      """
      mkdir x.service.d; printf '[Service]\\nExecStart=/bin/true\\n' > x.service; cd x.service.d
      python3 -c '
      import os
      for i in range(100000):
          if i % 50000 == 0: open("seed%d" % i, "w").write("[Service]\\nRestart=always\\n")
          os.link("seed%d" % (i - i % 50000), "%06d.conf" % i)
      '
      """)
    let result = try ReviewTests.review(["--quiet"], in: directory.path)
    #expect(result.errors == "")
    #expect([0, 1].contains(result.status), "\(result.status)")
  }

  @Test(
    .enabled(if: geteuid() == 0, "root can become another user"),
    .enabled(if: !BuiltBinary.isSanitized, "a sanitized binary needs files of root's"))
  func saysWhatItMayNotRead() throws {
    let directory = try made(Self.good + "echo vm.x=1 > sysctl.d/s.conf; chmod 0 sysctl.d/s.conf")
    let result = try ReviewTests.review(["--strict"], in: directory.path, as: .nobody)
    #expect(result.status == 3)
    #expect(result.output.contains("'sysctl.d/s.conf': permission denied"), "\(result.output)")
  }
}

import CEL
import Testing
import YAML

@testable import HostFacts

/// What commands of Dockerfiles set.
@Suite struct DockerfileTests {
  private func dockerfile(_ text: String) -> [String] {
    var file = ForeignFile(path: "Dockerfile", bytes: Array(text.utf8))
    file.readDockerfile()
    return file.shown
  }

  @Test func readsCommands() {
    let found = dockerfile(
      #"""
      FROM debian:12
      # RUN sysctl -w vm.no=1
      LABEL x="sysctl -w vm.no=1"
      RUN apt-get update && \
          # a comment
          sudo /sbin/sysctl -qw net.core.somaxconn=1024 "net.ipv4.ip_local_port_range=1024 65535"; \

          echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse || true
      RUN --mount=type=cache,target=/x echo "vm.swappiness = 10" >> /etc/sysctl.d/60-x.conf
      RUN echo 5 | tee -a /proc/sys/vm/dirty_ratio
      RUN sysctl -e vm.a=1 vm.b=$X
      RUN <<EOF
      sysctl vm.c=1
      EOF
      ENTRYPOINT ["sh", "-c", "sysctl -w vm.d=1 && exec app"]
      cmd ["sysctl", "-w", "vm.e=1"]
      RUN sysctl -p && sysctl vm.f && echo x=1 > /etc/other.conf
      """#)
    #expect(
      found == [
        "6: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "6: \"net.ipv4.ip_local_port_range=1024 65535\"|\"net.ipv4.ip_local_port_range=1024 65535\""
          + " net.ipv4.ip_local_port_range = 1024 65535",
        "8: /proc/sys/net/ipv4/tcp_tw_reuse|1 net.ipv4.tcp_tw_reuse = 1",
        "9: \"vm.swappiness = 10\"|\"vm.swappiness = 10\" vm.swappiness = 10",
        "10: /proc/sys/vm/dirty_ratio|5 vm.dirty_ratio = 5",
        "11: vm.a|1 vm.a = 1 (ignored)",
        "13: vm.c|1 vm.c = 1",
        "15: \"sysctl -w vm.d=1 && exec app\"|\"sysctl -w vm.d=1 && exec app\" vm.d = 1",
        "16: \"vm.e=1\"|\"vm.e=1\" vm.e = 1",
        "1 templated",
      ])
  }

  @Test func readsOtherEscapes() {
    #expect(
      dockerfile("# escape=`\nRUN a `\n  && sysctl -w vm.a=1\n") == ["3: vm.a|1 vm.a = 1"])
    #expect(dockerfile("RUN sysctl -w \\\n") == [])
    #expect(dockerfile("RUN sysctl -w 'vm.a=1\n") == ["1: 'vm.a=1|'vm.a=1 vm.a = 1"])
    #expect(dockerfile("RUN cat <<EOF\nsysctl -w vm.a=1\n") == ["2: vm.a|1 vm.a = 1"])
  }
}

import Testing

@testable import HostFacts

/// Tasks of Ansible.
@Suite struct AnsibleTasksTests {
  @Test func readsTasks() {
    let found = yaml(
      """
      - name: A play
        hosts: all
        pre_tasks:
          - sysctl: {name: net.core.somaxconn, value: 1024}
        tasks:
          - block:
              - name: in a block
                ansible.posix.sysctl:
                  name: net.ipv4.tcp_syncookies
                  value: "yes"
                  ignoreerrors: true
            rescue:
              - ansible.posix.sysctl:
                  name: vm.gone
                  value: 1
                  state: absent
        handlers:
          - action: {module: sysctl, key: vm.swappiness, val: 10}
          - sysctl: name=net.ipv4.ip_local_port_range value="1024 65535" state=present
      """)
    #expect(
      found == [
        "4: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "9: net.ipv4.tcp_syncookies|\"yes\" net.ipv4.tcp_syncookies = 1 (ignored)",
        "18: vm.swappiness|10 vm.swappiness = 10",
        "19: name=net.ipv4.ip_local_port_range value=\"1024 65535\" state=present"
          + "|name=net.ipv4.ip_local_port_range value=\"1024 65535\" state=present"
          + " net.ipv4.ip_local_port_range = 1024 65535",
      ])
  }

  @Test func readsTasksThatRunSysctl() {
    let found = yaml(
      """
      - shell: sysctl -w net.core.somaxconn=1024 && sysctl -w "vm.swappiness=10" chdir=/tmp
      - name: a block
        ansible.builtin.shell: |
          set -e
          # {{ ansible_managed }}
          sysctl -e -w vm.a=1
          echo 3 > /proc/sys/vm/drop_caches
          sysctl -w net.core.rmem_max={{ rmem }}
      - command: {cmd: sysctl -w vm.b=2}
      - ansible.builtin.command:
          argv: [/sbin/sysctl, -w, 'vm.c=3']
      - command: sysctl -w {{ item.key }}={{ item.value }}
        loop: [{key: vm.d, value: 4}]
        ignore_errors: true
      - command: "true"
        args: {cmd: sysctl -w vm.never=1}
      - shell: echo hello
      - local_action: command sysctl -w vm.here=1
      """)
    #expect(
      found == [
        "1: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "1: \"vm.swappiness=10\"|\"vm.swappiness=10\" vm.swappiness = 10",
        "6: vm.a|1 vm.a = 1 (ignored)",
        "7: /proc/sys/vm/drop_caches|3 vm.drop_caches = 3",
        "9: vm.b|2 vm.b = 2",
        "11: vm.c|3 vm.c = 3",
        "13: 4|4 vm.d = 4 (ignored)",
        "1 templated",
      ])
  }

  @Test func readsTasksThatWriteFilesOfSysctl() {
    let found = yaml(
      """
      - lineinfile: {path: /etc/sysctl.conf, line: net.core.somaxconn = 1024, regexp: x}
      - ansible.builtin.lineinfile:
          dest: /etc/sysctl.d/60-x.conf
          line: "vm.swappiness=10"
      - lineinfile:
          path: /etc/sysctl.d/60-x.conf
          line: "{{ item.key }} = {{ item.value }}"
        loop:
          - {key: vm.a, value: "1"}
      - lineinfile: {path: /etc/sysctl.conf, line: vm.gone = 1, state: absent}
      - lineinfile: {path: /etc/sysctl.conf, line: 'vm.\\1 = 1', backrefs: true}
      - lineinfile: {path: /etc/hosts, line: vm.b = 1}
      - blockinfile:
          path: /etc/sysctl.d/70-{{ name }}.conf
          block: |
            {{ ansible_managed | comment }}
            net.ipv4.tcp_syncookies = 1

            {% if big %}
              -vm.c = 1
            {% endif %}
            net.core.rmem_max = {{ rmem }}
            vm.swappiness 10
      - copy:
          dest: /usr/local/lib/sysctl.d/x.conf
          content: >
            vm.d = 1
      - copy: dest=/etc/sysctl.d/y.conf content="vm.e = 2"
      """)
    #expect(
      found == [
        "1: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "4: vm.swappiness|10 vm.swappiness = 10",
        "9: \"1\"|\"1\" vm.a = 1",
        "17: net.ipv4.tcp_syncookies|1 net.ipv4.tcp_syncookies = 1",
        "20: vm.c|1 vm.c = 1 (ignored)",
        "26: >|> vm.d = 1",
        "28: dest=/etc/sysctl.d/y.conf content=\"vm.e = 2\""
          + "|dest=/etc/sysctl.d/y.conf content=\"vm.e = 2\" vm.e = 2",
        "23: vm.swappiness 10 skipped",
        "1 templated",
      ])
  }

  /// Aliases repeat long texts, and each is read so many times only.

  @Test func followsLoopsThatAreWrittenOut() {
    let found = yaml(
      """
      - sysctl:
          name: "{{ item.key }}"
          value: '{{item["value"]}}'
        loop:
          - {key: net.core.somaxconn, value: 1024}
          - {key: "net.core.{{ x }}", value: 1}
      - sysctl: {name: 'net.ipv4.conf.{{ item }}.rp_filter', value: 2}
        with_items: [all, [default]]
      - sysctl: {name: '{{ item.key }}', value: '{{ item.value }}'}
        with_dict:
          vm.swappiness: 10
      - sysctl: {name: '{{ item }}', value: 1}
        loop: '{{ keys }}'
      - sysctl:
          name: {{ name }}
          value: 1
      - sysctl: {name: vm.overcommit_memory, value: "{{ x | default(1) }}"}
      """)
    #expect(
      found == [
        "5: net.core.somaxconn|1024 net.core.somaxconn = 1024",
        "8: all|2 net.ipv4.conf.all.rp_filter = 2",
        "8: default|2 net.ipv4.conf.default.rp_filter = 2",
        "11: vm.swappiness|10 vm.swappiness = 10",
        "4 templated",
      ])
  }

  @Test func leavesEndlessItemsToTheTemplate() {
    let item = String(repeating: "x", count: 3000)
    var file = ForeignFile(
      path: "play.yml",
      bytes: Array(
        """
        - hosts: all
          tasks:
            - sysctl: {name: vm.swappiness, value: '{{ item }}{{ item }}'}
              with_items: [\(item), "1"]
        """.utf8))
    #expect(file.readYAML() == nil)
    #expect(file.statements.map(\.value) == [Array("11".utf8)])
  }
}

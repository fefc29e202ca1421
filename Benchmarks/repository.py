"""Makes a repository of configuration for `sockwise review`, the same each time.

    Benchmarks/repository.py DIR [FILES]

The mix is that of a repository that sets up machines and deploys services, of 10,000 files: a tree
of /etc for each of 40 kinds of machine, 1,200 units and drop-ins, 2,700 YAML and JSON files of
Ansible, Kubernetes, compose and others, 200 Dockerfiles; and 5,500 files of other kinds, of which
600 end in .conf.
"""

import argparse
import pathlib
import random

KEYS = [
    ('net.core.somaxconn', ['1024', '4096', '65535']),
    ('net.core.rmem_max', ['212992', '16777216']),
    ('net.core.wmem_max', ['212992', '16777216']),
    ('net.core.netdev_max_backlog', ['1000', '5000']),
    ('net.ipv4.tcp_syncookies', ['1']),
    ('net.ipv4.tcp_max_syn_backlog', ['4096', '8192']),
    ('net.ipv4.tcp_fin_timeout', ['15', '30', '60']),
    ('net.ipv4.tcp_tw_reuse', ['1', '2']),
    ('net.ipv4.ip_local_port_range', ['1024 65535', '32768 60999']),
    ('net.ipv4.tcp_keepalive_time', ['300', '600', '7200']),
    ('net.ipv4.tcp_rmem', ['4096 87380 16777216']),
    ('net.ipv4.tcp_wmem', ['4096 65536 16777216']),
    ('net.ipv4.conf.all.rp_filter', ['0', '1', '2']),
    ('net.ipv4.conf.default.rp_filter', ['0', '1', '2']),
    ('net.ipv6.conf.all.disable_ipv6', ['0', '1']),
    ('net.netfilter.nf_conntrack_max', ['262144', '1048576']),
    ('fs.file-max', ['2097152']),
    ('fs.inotify.max_user_watches', ['524288']),
    ('kernel.pid_max', ['4194304']),
    ('kernel.panic', ['10']),
    ('vm.swappiness', ['1', '10']),
    ('vm.max_map_count', ['262144']),
]

# Keys that a pod may set, with values.
OF_PODS = [('net.ipv4.ip_local_port_range', '1024 65535'), ('net.ipv4.tcp_syncookies', '1'),
           ('net.ipv4.tcp_keepalive_time', '600')]

WORDS = '''service request cluster replica timeout buffer region account worker queue retry upstream
    deploy release metric latency client server storage volume certificate gateway tenant'''.split()


class Repository:
    """Shares are of 10,000 files, whatever number is made."""

    def __init__(self, root, files):
        self.root, self.files, self.random, self.made = pathlib.Path(root), files, random.Random(1), 0

    def make(self):
        for share, one in (
            (400, self.sysctl), (900, self.unit), (300, self.drop_in), (900, self.tasks),
            (1000, self.manifest), (150, self.compose), (500, self.other_yaml), (150, self.other_json),
            (200, self.dockerfile), (600, self.other_conf),
        ):
            for number in range(share * self.files // 10_000):
                one(number)
        while self.made < self.files:
            self.source(self.made)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.made += 1

    def sentence(self, words):
        return ' '.join(self.random.choice(WORDS) for _ in range(words))

    # What is reviewed.

    def sysctl(self, number):
        lines = []
        for key, values in self.random.sample(KEYS, 10):
            lines += [f'# {self.sentence(8)}', f'{key} = {self.random.choice(values)}']
        self.write(f'machines/kind{number % 40:02}/rootfs/etc/sysctl.d/{10 + number // 40}-{self.random.choice(WORDS)}.conf',
                   '\n'.join(lines) + '\n')

    def unit(self, number):
        name = f'{self.random.choice(WORDS)}-{number}'
        directory = f'machines/kind{number % 40:02}/rootfs/etc/systemd/system'
        if number % 8 == 0:
            self.write(f'{directory}/{name}.socket', f'''[Unit]
Description={self.sentence(5)}

[Socket]
ListenStream={1024 + number}
Backlog=1024

[Install]
WantedBy=sockets.target
''')
            return
        self.write(f'{directory}/{name}.service', f'''[Unit]
Description={self.sentence(5)}
Documentation=https://example.com/{name}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=60

[Service]
Type=notify
User={name}
Environment="MODE={self.random.choice(WORDS)}" WORKERS=4
EnvironmentFile=-/etc/default/{name}
ExecStartPre=/usr/bin/{name} --check --config /etc/{name}/{name}.yaml
ExecStart=/usr/bin/{name} \\
    --config /etc/{name}/{name}.yaml \\
    --listen 0.0.0.0:{1024 + number}
Restart=on-failure
RestartSec=5s
LimitNOFILE=65536
ProtectSystem=strict
PrivateTmp=yes
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
''')

    def drop_in(self, number):
        name = self.random.choice(WORDS)
        self.write(f'machines/kind{number % 40:02}/rootfs/etc/systemd/system/{name}-{number}.service.d/10-{name}.conf',
                   f'[Service]\nLimitNOFILE={self.random.choice([1024, 65536])}\nRestartSec={number % 9 + 1}\n')

    def tasks(self, number):
        tasks = []
        for _ in range(12):
            tasks.append(f'''- name: {self.sentence(6)}
  ansible.builtin.template:
    src: {self.random.choice(WORDS)}.conf.j2
    dest: /etc/{self.random.choice(WORDS)}/{{{{ item }}}}.conf
    mode: "0644"
  loop: "{{{{ {self.random.choice(WORDS)}_names }}}}"
  when: ansible_os_family == "Debian"
  notify: restart {self.random.choice(WORDS)}
''')
        if number % 6 == 0:
            for key, values in self.random.sample(KEYS, 4):
                tasks.append(f'''- name: Set {key}
  ansible.posix.sysctl:
    name: {key}
    value: "{self.random.choice(values)}"
    state: present
''')
        self.write(f'ansible/roles/{self.random.choice(WORDS)}{number}/tasks/main.yml', '---\n' + '\n'.join(tasks))

    def manifest(self, number):
        name = f'{self.random.choice(WORDS)}-{number}'
        security = ''
        if number % 8 == 0:
            security = '      securityContext:\n        sysctls:\n' + ''.join(
                f'          - name: {key}\n            value: "{value}"\n' for key, value in self.random.sample(OF_PODS, 2))
        containers = ''.join(f'''        - name: {self.random.choice(WORDS)}{index}
          image: registry.example.com/{name}:{number}
          args: ["--port", "{8000 + index}"]
          ports: [{{ containerPort: {8000 + index} }}]
          env:
            - {{ name: MODE, value: "{self.sentence(2)}" }}
            - name: PASSWORD
              valueFrom: {{ secretKeyRef: {{ name: {name}, key: password }} }}
          resources:
            limits: {{ cpu: "2", memory: 1Gi }}
          livenessProbe:
            httpGet: {{ path: /healthz, port: {8000 + index} }}
''' for index in range(3))
        self.write(f'deploy/{self.random.choice(WORDS)}/{name}.yaml', f'''apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels: {{ app: {name} }}
spec:
  replicas: 3
  selector: {{ matchLabels: {{ app: {name} }} }}
  template:
    metadata: {{ labels: {{ app: {name} }} }}
    spec:
{security}      containers:
{containers}---
apiVersion: v1
kind: Service
metadata: {{ name: {name} }}
spec:
  selector: {{ app: {name} }}
  ports: [{{ port: 80, targetPort: 8000 }}]
''')

    def compose(self, number):
        services = ''.join(f'''  {word}:
    image: {word}:{number}
    restart: always
    environment: {{ MODE: {self.random.choice(WORDS)} }}
    ports: ["{8000 + number}:80"]
''' for word in self.random.sample(WORDS, 4))
        if number % 3 == 0:
            services += '    sysctls:\n      net.core.somaxconn: 1024\n'
        self.write(f'services/{self.random.choice(WORDS)}{number}/compose.yaml', f'services:\n{services}')

    def dockerfile(self, number):
        steps = ''.join(f'RUN apt-get install -y {self.random.choice(WORDS)} && \\\n    rm -rf /var/lib/apt\n' for _ in range(6))
        self.write(f'services/image{number}/Dockerfile', f'FROM debian:13\n{steps}COPY . /src\nCMD ["/src/run"]\n')

    # What is not.

    def other_yaml(self, number):
        self.write(f'charts/{self.random.choice(WORDS)}{number}/values.yaml', ''.join(
            f'{word}:\n  enabled: true\n  {self.random.choice(WORDS)}Name: {self.sentence(3)}\n  size: {number}\n' for word in WORDS))

    def other_json(self, number):
        fields = ',\n'.join(f'  "{word}{index}": "{self.sentence(4)}"' for index, word in enumerate(WORDS * 2))
        self.write(f'services/image{number}/package.json', f'{{\n{fields}\n}}\n')

    def other_conf(self, number):
        lines = ''.join(f'    {word} {self.random.choice(WORDS)} {number};\n' for word in WORDS)
        self.write(f'services/image{number}/nginx/{number}.conf', f'server {{\n    listen {8000 + number};\n{lines}}}\n')

    def source(self, number):
        ending = ('go', 'py', 'ts', 'md', 'tf', 'sh', 'html', 'sum', 'txt', 'proto')[number % 10]
        self.write(f'src/{self.random.choice(WORDS)}/{self.random.choice(WORDS)}/{number}.{ending}',
                   ''.join(f'{self.sentence(10)}\n' for _ in range(60)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('directory')
    parser.add_argument('files', type=int, nargs='?', default=10_000)
    arguments = parser.parse_args()
    Repository(arguments.directory, arguments.files).make()


if __name__ == '__main__':
    main()

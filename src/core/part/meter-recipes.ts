import type { Part } from './part.ts'

/** A program for `energy.external`, ready to use. */
export interface MeterRecipe extends Part {
  /** What it sees of the machine. */
  readonly sees: string
  /** The shell script: one line of joules so far, or of watts, each second. */
  readonly script: string
  /** What must be here before it can work: a program on PATH, a folder with this driver's name, and variables. */
  readonly needs: {
    readonly program?: string
    readonly drivers?: readonly string[]
    readonly env?: readonly string[]
  }
}

const second = (command: string) => `while :; do ${command}; sleep 1; done`
const field = (name: string) => `sed -n 's/.*"${name}": *"*\\([0-9.]*\\).*/{"watts": \\1}/p'`
const keyed = String.raw`tr ',{' '\n\n'`
const hwmon = `\${HWMON:-/sys/class/hwmon}`
const example = (script: string) =>
  `energy: { external: [sh, -c, '${script.replace(/'/g, "''")}'] }`
const recipe = (row: Omit<MeterRecipe, 'example'>): MeterRecipe => ({
  ...row,
  example: example(row.script),
})
/** Power of every hwmon device with this driver, microwatts: the average where there is one, else the input. */
const powerOf = (driver: string) =>
  second(
    `w=0; for d in ${hwmon}/hwmon*; do [ "$(cat "$d/name")" = ${driver} ] && w=$((w + $(cat "$d/power1_average" "$d/power1_input" 2>/dev/null | head -n 1))); done; echo "{\\"watts\\": \${w}e-6}"`,
  )

/** Recipes for sensors that have no meter of their own; `doctor` names those whose needs are here. */
export const meterRecipes = {
  'amd-energy': recipe({
    summary: 'sockets of AMD EPYC and Ryzen processors, by the driver amd_energy',
    sees: 'the processor, all work on it',
    needs: { drivers: ['amd_energy', 'zenergy'] },
    script: second(
      `j=0; for l in ${hwmon}/hwmon*/energy*_label; do case $(cat "$l") in Esocket*) j=$((j + $(cat "\${l%label}input")));; esac; done; echo "$((j / 1000))e-3"`,
    ),
  }),
  amdgpu: recipe({
    summary: 'AMD GPUs, by the driver amdgpu',
    sees: 'all AMD GPUs of the machine, all work on them',
    needs: { drivers: ['amdgpu'] },
    script: powerOf('amdgpu'),
  }),
  'board-meter': recipe({
    summary: 'the ACPI power meter of a server board',
    sees: 'the machine, as its board measures it',
    needs: { drivers: ['power_meter'] },
    script: powerOf('power_meter'),
  }),
  powermetrics: recipe({
    summary:
      'CPU, GPU and neural engine of Apple silicon; sudoers must allow it without a password',
    sees: 'the chip without memory, display and power supply, as a model of Apple estimates it',
    needs: { program: 'powermetrics' },
    script:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: parameters of the shell
      'sudo -n powermetrics --samplers cpu_power -i 500 | while read -r line; do case "$line" in "Combined Power"*) w=${line##*: }; echo "{\\"watts\\": ${w% mW}e-3}";; esac; done',
  }),
  ipmi: recipe({
    summary: 'the power reading of a server, by ipmitool',
    sees: 'the machine, as its controller measures it',
    needs: { program: 'ipmitool' },
    script: second(
      `ipmitool dcmi power reading | sed -n 's/.*Instantaneous power reading: *\\([0-9.]*\\) Watts.*/{"watts": \\1}/p'`,
    ),
  }),
  redfish: recipe({
    summary: 'the power reading of a server, by Redfish',
    sees: 'the machine, as its controller measures it',
    needs: { program: 'curl', env: ['BMC_URL', 'BMC_USER', 'BMC_PASSWORD'] },
    script: second(
      `curl -s -u "$BMC_USER:$BMC_PASSWORD" "$BMC_URL/redfish/v1/Chassis/\${BMC_CHASSIS:-1}/Power" | ${keyed} | ${field('PowerConsumedWatts')} | head -n 1`,
    ),
  }),
  shelly: recipe({
    summary: 'a Shelly plug of the second generation or later; PLUG holds its address',
    sees: 'all that is plugged in',
    needs: { program: 'curl', env: ['PLUG'] },
    script: second(
      `curl -s "http://$PLUG/rpc/Switch.GetStatus?id=0" | ${keyed} | ${field('apower')}`,
    ),
  }),
  'shelly-1': recipe({
    summary: 'a Shelly plug of the first generation; PLUG holds its address',
    sees: 'all that is plugged in',
    needs: { program: 'curl', env: ['PLUG'] },
    script: second(`curl -s "http://$PLUG/meter/0" | ${keyed} | ${field('power')}`),
  }),
  tasmota: recipe({
    summary: 'a plug with Tasmota; PLUG holds its address',
    sees: 'all that is plugged in',
    needs: { program: 'curl', env: ['PLUG'] },
    script: second(`curl -s "http://$PLUG/cm?cmnd=Status%208" | ${keyed} | ${field('Power')}`),
  }),
  'home-assistant': recipe({
    summary: 'a power sensor in watts of Home Assistant',
    sees: 'what its sensor measures',
    needs: { program: 'curl', env: ['HA_URL', 'HA_TOKEN', 'HA_SENSOR'] },
    script: second(
      `curl -s -H "Authorization: Bearer $HA_TOKEN" "$HA_URL/api/states/$HA_SENSOR" | ${keyed} | ${field('state')}`,
    ),
  }),
} as const satisfies Readonly<Record<string, MeterRecipe>>

export type RecipeName = keyof typeof meterRecipes

/** The kernel view on a real dump: tasks, the backtrace of the crashed task, modules, memory usage and facts. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, it } from 'vitest';
import { dumpFile, haveDump } from '../dumps.ts';
import { testDesk } from './test-desk.ts';
import { describeNeeding } from '../requirements.ts';

const openOne = testDesk();
const dump = 'o-s390-s3-kdump-zlib-d31';

describeNeeding('window', 'the kernel view', () => {
  it.skipIf(!haveDump(dump))('shows what ran and died, sorts and filters tasks, and links to the bytes', async () => {
    const desk = await openOne([await dumpFile(dump)]);
    const { page } = desk;
    await page.getByTestId('dump-title').waitFor();
    await page.getByTestId('rail-kernel').click();
    const view = page.getByTestId('view-kernel').filter({ visible: true });
    await view.getByTestId('kernel-command-line').getByText('crashkernel=128M').waitFor();
    // The task that panicked is selected initially.
    await view.getByTestId('backtrace').getByText('panic+0x10c').waitFor();
    await expect.poll(() => view.getByTestId('backtrace').innerText()).toMatch(/sysrq_handle_crash\+0x22[\s\S]*entered from user space/);
    await desk.photograph('kernel-tasks');

    await view.getByRole('searchbox', { name: 'Filter tasks' }).fill('kworker');
    await view
      .getByTestId('task-count')
      .getByText(/^\d+ of \d+ tasks$/)
      .waitFor();
    await view.getByRole('columnheader', { name: 'pid' }).getByRole('button').click();
    await view.getByRole('button', { name: '[kworker/1:1H]' }).click();
    await view.getByTestId('backtrace').getByText('worker_thread+0xd8').waitFor();

    await view.getByTestId('kernel-tab-traces').click();
    await view.getByTestId('backtrace').nth(2).waitFor();
    await desk.photograph('kernel-traces');
    await view.getByTestId('kernel-tab-modules').click();
    await view.getByTestId('module-table').getByText('null_blk').waitFor();
    await view.getByTestId('kernel-tab-usage').click();
    await view.getByTestId('usage-table').getByText('MemTotal').waitFor();
    await desk.photograph('kernel-usage');
    await view.getByTestId('kernel-tab-facts').click();
    await view.getByTestId('kernel-facts').getByText('QEMU 8561 QEMU (KVM/Linux)').waitFor();
    await desk.photograph('kernel-facts');

    await view.getByTestId('kernel-tab-tasks').click();
    await page.evaluate(() => {
      document.documentElement.dataset.theme = 'dark';
    });
    await view.getByTestId('backtrace').getByText('panic+0x10c').waitFor();
    await desk.photograph('kernel-tasks-other-theme');
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.target])).toEqual([]);
    await view
      .getByTestId('backtrace')
      .getByRole('button', { name: /^0x0*c9bbc0, virtual address$/ })
      .click();
    await page.getByTestId('status-cursor').getByText('c9bbc0').waitFor();

    // Registers and lowcore fields that point into the kernel show the symbol.
    await page.getByTestId('rail-cpus').click();
    await page.getByTestId('cpu-details').getByText('__do_machine_kdump').first().waitFor();
    await page.getByTestId('rail-lowcore').click();
    await page.getByTestId('lowcore-search').fill('svc_new_psw');
    await page.getByTestId('lowcore-fields').getByText('system_call+0x0').waitFor();
  });
});

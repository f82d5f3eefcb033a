import type { Finding } from '../../src/domain/finding.ts';
import type { DoctorReport } from '../../src/flows/doctor/doctor.ts';

export const finding = (parts: Partial<Finding>): Finding => ({
  id: 'github.issues',
  status: 'warn',
  what: 'Issues are disabled',
  why: 'Tasks are issues.',
  fix: 'Settings > General.',
  ...parts,
});

export const report = (parts: Partial<DoctorReport>): DoctorReport => ({
  repository: 'octo/house',
  at: '2026-03-04T14:30:00.000Z',
  findings: [],
  repairs: [],
  ...parts,
});

// The few pictograms of the console, drawn on one 20 px grid in the colour of the text around them; all decorative.
import type { ReactNode } from 'react';

function Icon({ children, size = 18 }: { children: ReactNode; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6"
      strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export function Mark({ size = 22 }: { size?: number }) {
  return <img src="/throughline.svg" width={size} height={size} alt="" />;
}

export const OrdersIcon = () => <Icon><path d="M4 5h12M4 10h12M4 15h7" /></Icon>;
export const TasksIcon = () => <Icon><path d="M4 4h12v12H4zM7 10l2 2 4-4" /></Icon>;
export const ApisIcon = () => <Icon><path d="m7 6-4 4 4 4M13 6l4 4-4 4" /></Icon>;
export const InvariantsIcon = () => (
  <Icon>
    <path d="M10 3 4 5.5v4.5c0 4 2.6 6.3 6 7.5 3.4-1.2 6-3.5 6-7.5V5.5Z" />
    <path d="m7.5 10 1.8 1.8L12.7 8.4" />
  </Icon>
);
export const ReconcileIcon = () => <Icon><path d="M3 7h11l-3-3M17 13H6l3 3" /></Icon>;
export const FiguresIcon = () => <Icon><path d="M4 16V9M10 16V4M16 16v-5" /></Icon>;
export const SandboxIcon = () => (
  <Icon>
    <path d="M3 6h8M15 6h2M3 14h2M9 14h8" />
    <circle cx="13" cy="6" r="2" />
    <circle cx="7" cy="14" r="2" />
  </Icon>
);
export const DeskIcon = () => <Icon><path d="M3 7h14M5 7v9M15 7v9M8 4h4M8 11h4" /></Icon>;
export const PortalIcon = () => <Icon><path d="M5 17V3h10v14M3 17h14M12 10v1" /></Icon>;
export const SearchIcon = () => <Icon size={16}><circle cx="9" cy="9" r="5" /><path d="m13 13 4 4" /></Icon>;
export const SunIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="3.5" />
    <path d="M10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M15.3 4.7l-1 1M5.7 14.3l-1 1" />
  </Icon>
);
export const MoonIcon = () => <Icon><path d="M16.5 11.5A6.8 6.8 0 0 1 8.5 3.5a6.8 6.8 0 1 0 8 8Z" /></Icon>;
export const ClockIcon = () => <Icon size={15}><circle cx="10" cy="10" r="7" /><path d="M10 6v4l2.5 2" /></Icon>;
export const ChevronIcon = () => <Icon size={14}><path d="m7.5 5 5 5-5 5" /></Icon>;
export const BackIcon = () => <Icon size={16}><path d="M16 10H4m5-5-5 5 5 5" /></Icon>;
export const CopyIcon = () => (
  <Icon size={14}>
    <rect x="7" y="7" width="10" height="10" rx="2" />
    <path d="M13 4.5V4a1 1 0 0 0-1-1H4a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h.5" />
  </Icon>
);
export const CheckIcon = () => <Icon size={14}><path d="m4 10.5 4 4 8-9" /></Icon>;
export const CrossIcon = () => <Icon size={14}><path d="m5 5 10 10M15 5 5 15" /></Icon>;
export const RefreshIcon = () => <Icon size={16}><path d="M16 10a6 6 0 1 1-1.8-4.3L16 7.5M16 3.5v4h-4" /></Icon>;
export const OutIcon = () => <Icon size={14}><path d="M8 4H4v12h12v-4M11 3h6v6M17 3l-8 8" /></Icon>;

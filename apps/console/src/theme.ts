// The console's look in one place: a quiet slate ground, one indigo for what can be acted on, and colours of meaning
// (good, busy, doubt, bad) that keep 4.5:1 contrast as text in both schemes.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const indigo: MantineColorsTuple = [
  '#eef1ff', '#dde2fb', '#bac4f3', '#95a4ec', '#7688e6', '#5f74e0', '#4c61d8', '#3949c6', '#303eab', '#27328c',
];
const slate: MantineColorsTuple = [
  '#e7eaf0', '#c3c9d5', '#9aa3b4', '#788196', '#3a4254', '#2a3141', '#1f2532', '#161b26', '#10141d', '#0b0e15',
];
const grey: MantineColorsTuple = [
  '#f7f8fa', '#eff1f5', '#e3e7ed', '#d3d9e2', '#b8c0cd', '#949eae', '#6d7788', '#4b5565', '#303947', '#1a212c',
];

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 6 },
  colors: { indigo, dark: slate, gray: grey },
  defaultRadius: 'md',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h3: { fontSize: '0.875rem', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 150, withArrow: true, events: { hover: true, focus: true, touch: true } } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.4, blur: 2 } } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-text': '#1a212c',
    '--mantine-color-dimmed': '#566072',
    '--mantine-color-placeholder': '#667085',
    '--mantine-color-body': '#f7f8fa',
    '--mantine-color-error': '#b42318',
    '--tl-card': '#ffffff',
    '--tl-sunken': '#f1f3f7',
    '--tl-line': '#e3e7ed',
    '--tl-grid': '#eceff4',
    '--tl-link': '#303eab',
    '--tl-good': '#0b7a52',
    '--tl-busy': '#2456c9',
    '--tl-doubt': '#9a5b00',
    '--tl-bad': '#b42318',
    '--tl-quiet': '#5b6577',
    '--tl-flash': '#e6eaff',
  },
  dark: {
    '--mantine-color-text': '#e7eaf0',
    '--mantine-color-dimmed': '#9aa3b4',
    '--mantine-color-placeholder': '#8791a4',
    '--mantine-color-body': '#10141d',
    '--mantine-color-error': '#ff8f85',
    '--tl-card': '#161b26',
    '--tl-sunken': '#10141d',
    '--tl-line': '#283041',
    '--tl-grid': '#202736',
    '--tl-link': '#a9b6f7',
    '--tl-good': '#4cc795',
    '--tl-busy': '#7fa7ff',
    '--tl-doubt': '#f0b352',
    '--tl-bad': '#ff8f85',
    '--tl-quiet': '#9aa3b4',
    '--tl-flash': '#232b4a',
  },
});

// Light or dark: as the system has it, until the button says otherwise.
import { h } from './dom.js';

const KEY = 'm2sim-theme';

function kept() {
    try {
        return localStorage.getItem(KEY);
    } catch {
        return null;   // a page from disk may have no storage
    }
}

export function theme_button() {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const is_dark = () => (document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';
    const button = h('button', { type: 'button', id: 'theme', onclick: () => {
        const theme = is_dark() ? 'light' : 'dark';
        document.documentElement.dataset.theme = theme;
        try {
            localStorage.setItem(KEY, theme);
        } catch { /* it holds for as long as the page is open */ }
        tell();
    } });
    function tell() {
        button.textContent = is_dark() ? 'Light theme' : 'Dark theme';
        document.dispatchEvent(new Event('m2sim-theme'));
    }
    const before = kept();
    if (before === 'dark' || before === 'light')
        document.documentElement.dataset.theme = before;
    system.addEventListener('change', tell);
    tell();
    return button;
}

"""One plain async function per intent."""

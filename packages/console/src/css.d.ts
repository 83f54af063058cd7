/** Style sheets are imported for the bundler alone; TypeScript only has to know that they exist. */
declare module '*.css'

mod attacks;
mod canonical;
mod checks;
mod idp;
mod interoperability;
